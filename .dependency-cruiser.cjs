// Who may import whom. `npm run imports` checks it; each rule states its reason, which is shown when it is broken.
const below = (/** @type {string[]} */ ...folders) => `^(${folders.join('|')})/`;

// Everything that init loads. A file listed here may load no other of core, so the list is closed in itself.
const loadedByInit = [
  '^core/(init|kernel)/',
  '^core/errors\\.ts$',
  '^core/perform/shared\\.ts$',
  '^core/spec/(capabilities|passwd|usage|user-string|users)\\.ts$',
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'core-stands-alone',
      comment:
        'core is the runtime, and is to be read, tested and replaced alone: whoever watches it (tracer), drives it ' +
        '(stepper) or teaches with it (labs) is above it.',
      severity: 'error',
      from: { path: below('core') },
      to: { path: below('tracer', 'stepper', 'labs', 'test') },
    },
    {
      name: 'one-seam-to-the-kernel',
      comment:
        'A system call made anywhere else could not be faked, recorded, refused or injected. Types of koffi count: ' +
        'a pointer type outside the seam is a pointer outside the seam.',
      severity: 'error',
      from: { pathNot: '^core/kernel/' },
      to: { path: '(^|/)node_modules/(koffi|@koromix)(/|$)' },
    },
    {
      name: 'koffi-only-as-a-type',
      comment:
        'Its JavaScript half costs start-up time and cannot be bundled; core/kernel/koffi.ts loads the native half.',
      severity: 'error',
      from: {},
      to: { path: '(^|/)node_modules/koffi/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tracer-only-looks',
      comment:
        'tracer sees core through its data. If it called core, a recording could not be read on a machine without ' +
        'root, and a probe could change what it looks at.',
      severity: 'error',
      from: { path: below('tracer') },
      to: { path: below('core'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tracer-knows-no-driver',
      comment:
        'The same events feed the prompt, the TUI, a replay and an editor: none of them is special here.',
      severity: 'error',
      from: { path: below('tracer') },
      to: { path: below('stepper', 'labs', 'test') },
    },
    {
      name: 'labs-are-data',
      comment:
        'A lab states what to do and how to check it, in the types of core and tracer. Were it to call them, it ' +
        'would break whenever they change, and could not be replayed.',
      severity: 'error',
      from: { path: below('labs') },
      to: { path: below('core', 'tracer'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-above-stepper',
      comment: 'stepper is the edge where a person sits: what others need of it belongs further down.',
      severity: 'error',
      from: { pathNot: below('stepper', 'test') },
      to: { path: below('stepper') },
    },
    {
      name: 'nothing-needs-tests',
      comment: 'A helper of the tests that the program needs is not a helper of the tests.',
      severity: 'error',
      from: { pathNot: below('test') },
      to: { path: below('test') },
    },
    {
      name: 'init-imports-little',
      comment:
        'init is PID 1 and starts anew for every container: what it imports is paid for each time, and has to be in ' +
        'memory before pivot_root. Types are free. Whatever else it needs of core is listed in `loadedByInit`.',
      severity: 'error',
      from: { path: loadedByInit },
      to: { path: '^core/', pathNot: loadedByInit, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'init-is-synchronous',
      comment:
        "These use libuv's thread pool or start threads and processes. Pool threads stay behind in the host's mount " +
        'namespace when init moves: an asynchronous read silently reads the host.',
      severity: 'error',
      from: { path: loadedByInit },
      to: {
        path: '^(node:)?(fs/promises|stream/promises|child_process|worker_threads|cluster|net|http|https|http2|dns|dns/promises|zlib)$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'init-brings-no-packages',
      comment:
        'A package may go asynchronous, or grow, in any patch release. koffi is loaded by core/kernel/koffi.ts.',
      severity: 'error',
      from: { path: loadedByInit },
      to: { path: '(^|/)node_modules/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'supervisor-imports-little',
      comment:
        'A supervisor stays in memory for as long as its container runs, one for each. koffi, schemas or the rest of core would ' +
        'multiply its size, so whatever needs them is done by the tsstep that it starts. Types are free.',
      severity: 'error',
      from: { path: '^core/supervisor/' },
      to: {
        path: ['^core/', '(^|/)node_modules/'],
        pathNot: [
          '^core/supervisor/',
          '^core/(clock|errors|paths|replace-file|store/lifecycle-log)\\.ts$',
          '(^|/)node_modules/@types/',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'vm-is-apart',
      comment:
        'The virtual machine is a place to run tsstep in, and no part of it. What starts QEMU knows errors, locks and tools of ' +
        'core, and nothing of containers; only the command line and the tests know that there is a vm.',
      severity: 'error',
      from: { path: below('vm') },
      to: {
        path: below('core', 'tracer', 'stepper', 'labs', 'test'),
        pathNot: '^core/(errors|kernel/(errno|fs)|doctor/(tools|trial)|perform/run-tool)\\.ts$',
      },
    },
    {
      name: 'nobody-needs-vm',
      comment: 'See vm-is-apart.',
      severity: 'error',
      from: { pathNot: ['^vm/', '^test/', '^stepper/cli/vm\\.ts$'] },
      to: { path: below('vm') },
    },
    {
      name: 'no-cycles',
      comment: 'In a cycle no file can be understood first, and which one is evaluated first is an accident.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A file that neither imports nor is imported is dead, or missing from a table.',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^test/', '^labs/'] },
      to: {},
    },
    {
      name: 'not-unresolvable',
      comment: 'It would fail at run time, and perhaps only in a lazily loaded file.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'not-to-dev-dependencies',
      comment: 'They are not there after `npm install -g tsstep`.',
      severity: 'error',
      from: { path: below('core', 'tracer', 'stepper', 'labs') },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types'],
    },
  },
};
