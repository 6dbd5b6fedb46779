/** The PORTS column: `0.0.0.0:8080->80/tcp, 443/tcp`, neighbours as a range: `8000-8002/tcp`. */
export interface ShownPort {
  port: number;
  protocol: string;
  /** Absent: exposed, and not published. */
  ip?: string;
  hostPort?: number;
}

interface Range extends ShownPort {
  last: number;
}

const order = (a: ShownPort, b: ShownPort): number =>
  a.port - b.port ||
  (a.ip ?? '').localeCompare(b.ip ?? '') ||
  (a.hostPort ?? 0) - (b.hostPort ?? 0) ||
  a.protocol.localeCompare(b.protocol);

const isTranslated = ({ hostPort, port }: ShownPort): boolean => hostPort !== undefined && hostPort !== port;

/** Neighbours as one. Docker shows a range where it begins to be the last of its kind, so broken-off ones come first. */
function rangesOf(ports: readonly ShownPort[]): Range[] {
  const open = new Map<string, Range>();
  const over: Range[] = [];
  for (const port of ports) {
    const kind = `${port.ip ?? ''}/${port.protocol}`;
    const range = open.get(kind);
    if (range && port.port === range.last + 1) {
      range.last = port.port;
      continue;
    }
    if (range) over.push(range);
    open.set(kind, { ...port, last: port.port });
  }
  return [...over, ...open.values()];
}

function text({ ip, hostPort, port, last, protocol }: Range): string {
  const range = last === port ? `${port}` : `${port}-${last}`;
  if (hostPort === undefined) return `${range}/${protocol}`;
  return `${ip}:${hostPort === port ? range : hostPort}->${range}/${protocol}`;
}

/** In docker's order: what keeps its number, as ranges, then what the host has under another number. */
export function portsText(ports: readonly ShownPort[]): string {
  const sorted = ports.toSorted(order);
  const translated = sorted.filter(isTranslated).map((port) => ({ ...port, last: port.port }));
  return [...rangesOf(sorted.filter((port) => !isTranslated(port))), ...translated].map(text).join(', ');
}
