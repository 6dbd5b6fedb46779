/** Programs of the built-in image to try limits, signals and ports with: name and text. */
export const labScripts: readonly (readonly [name: string, content: string])[] = [
  [
    'eat-memory',
    `#!/bin/sh
# Usage: eat-memory [MIB]: fills that much memory, then ends.
mib=\${1:-64}
echo "taking $mib MiB"
dd if=/dev/zero of=/dev/null bs="\${mib}M" count=1 2>/dev/null && echo "had $mib MiB"
`,
  ],
  [
    'burn-cpu',
    `#!/bin/sh
# Usage: burn-cpu [SECONDS]: keeps one CPU busy, then says how far it got.
end=$(($(date +%s) + \${1:-5}))
i=0
while [ "$(date +%s)" -lt "$end" ]; do i=$((i + 1)); done
echo "$i rounds"
`,
  ],
  [
    'crowd',
    `#!/bin/sh
# Usage: crowd [N]: starts N processes that sleep for a minute.
i=0
while [ "$i" -lt "\${1:-50}" ]; do
  sleep 60 &
  i=$((i + 1))
done
echo "$i processes"
wait
`,
  ],
  [
    'on-signal',
    `#!/bin/sh
# Says which signals arrive, and ends at SIGTERM.
trap 'echo "got SIGTERM, cleaning up"; exit 0' TERM
trap 'echo "got SIGHUP"' HUP
echo "PID $$ waits for signals"
while :; do
  sleep 1 &
  wait $!
done
`,
  ],
  [
    'serve',
    `#!/bin/sh
# Usage: serve [PORT]: a web server for /var/www.
exec httpd -f -v -p "\${1:-8080}" -h /var/www
`,
  ],
];
