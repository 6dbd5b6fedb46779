/** The flags of `run` as they were typed: strings that nobody has looked at yet, lists for flags that may be repeated. */
export interface RunFlags {
  readonly addHost?: readonly string[];
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  readonly cpuShares?: string;
  readonly cpus?: string;
  readonly cpusetCpus?: string;
  readonly detach?: boolean;
  readonly dns?: readonly string[];
  readonly entrypoint?: string;
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly groupAdd?: readonly string[];
  readonly healthCmd?: string;
  readonly healthInterval?: string;
  readonly healthRetries?: string;
  readonly healthStartPeriod?: string;
  readonly healthTimeout?: string;
  /** False: `--no-healthcheck`. */
  readonly healthcheck?: boolean;
  readonly hostname?: string;
  readonly init?: boolean;
  readonly insecureRegistry?: readonly string[];
  readonly interactive?: boolean;
  readonly ip?: string;
  readonly ipc?: string;
  readonly label?: readonly string[];
  readonly labelFile?: readonly string[];
  readonly logOpt?: readonly string[];
  readonly memory?: string;
  readonly memorySwap?: string;
  readonly mount?: readonly string[];
  readonly name?: string;
  /** The old spelling of `network`. */
  readonly net?: readonly string[];
  readonly network?: readonly string[];
  readonly networkAlias?: readonly string[];
  readonly pid?: string;
  readonly pidsLimit?: string;
  readonly platform?: string;
  readonly privileged?: boolean;
  readonly publish?: readonly string[];
  readonly pull?: string;
  readonly readOnly?: boolean;
  readonly restart?: string;
  readonly rm?: boolean;
  readonly securityOpt?: readonly string[];
  readonly shmSize?: string;
  readonly stopSignal?: string;
  readonly stopTimeout?: string;
  readonly tmpfs?: readonly string[];
  readonly tty?: boolean;
  readonly ulimit?: readonly string[];
  readonly user?: string;
  readonly uts?: string;
  readonly volume?: readonly string[];
  readonly workdir?: string;
}
