import type { Contestant } from './contestants.ts';
import { median, milliseconds, table } from './table.ts';

/** Everybody in turn, round after round, so that whatever else this machine does meets all of them. */
export async function race(
  title: string,
  contestants: readonly Contestant[],
  rounds: number,
): Promise<string> {
  const times = new Map(contestants.map((contestant) => [contestant, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      if (!contestant.run) continue;
      const begin = process.hrtime.bigint();
      await contestant.run();
      times.get(contestant)?.push(Number(process.hrtime.bigint() - begin));
    }
  }
  const base =
    contestants.find(({ name, run }) => run && name.startsWith('docker')) ??
    contestants.find(({ run }) => run);
  const of = (contestant: Contestant | undefined): number[] => (contestant && times.get(contestant)) ?? [];
  const rows = contestants.map((contestant) => {
    const own = of(contestant);
    if (!contestant.run) return [contestant.name, '–', '–', `not measured: ${contestant.why}`];
    const ratio = median(own) / median(of(base));
    return [
      contestant.name,
      milliseconds(median(own)),
      `${milliseconds(Math.min(...own))} – ${milliseconds(Math.max(...own))}`,
      ratio.toFixed(2),
    ];
  });
  return table(
    `${title}, ${rounds} rounds`,
    ['', 'median', 'range', `ratio to ${base?.name ?? 'nobody'}`],
    rows,
  );
}
