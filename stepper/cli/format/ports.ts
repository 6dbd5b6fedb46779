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

const groupOf = ({ ip, protocol }: ShownPort): string => `${ip ?? ''}/${protocol}`;

const order = (a: ShownPort, b: ShownPort): number =>
  a.port - b.port ||
  a.protocol.localeCompare(b.protocol) ||
  (a.ip ?? '').localeCompare(b.ip ?? '') ||
  (a.hostPort ?? 0) - (b.hostPort ?? 0);

/** Docker joins ports that follow each other, published ones only where the host's port stays the same. */
function continues(range: Range, next: ShownPort): boolean {
  const sameHostPort =
    next.hostPort === undefined || (next.hostPort === next.port && range.hostPort === range.port);
  return groupOf(range) === groupOf(next) && next.port === range.last + 1 && sameHostPort;
}

function rangesOf(ports: readonly ShownPort[]): Range[] {
  const ranges: Range[] = [];
  for (const port of [...ports].sort(order)) {
    const open = ranges.findLast((range) => groupOf(range) === groupOf(port));
    if (open && continues(open, port)) open.last = port.port;
    else ranges.push({ ...port, last: port.port });
  }
  return ranges;
}

function text({ ip, hostPort, port, last, protocol }: Range): string {
  const range = (first: number): string => (last === port ? `${first}` : `${first}-${first + last - port}`);
  const published = hostPort === undefined ? '' : `${ip}:${range(hostPort)}->`;
  return `${published}${range(port)}/${protocol}`;
}

export const portsText = (ports: readonly ShownPort[]): string => rangesOf(ports).map(text).join(', ');
