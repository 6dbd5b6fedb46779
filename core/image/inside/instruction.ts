/**
 * A step of an image's history as the Dockerfile had it. What builders write there is a convention of theirs; the specification
 * only calls it "the command which created the layer" (image-spec, config.md).
 *
 *     /bin/sh -c #(nop)  CMD ["bash"]                      CMD ["bash"]         docker's first builder, buildah
 *     /bin/sh -c apt-get update                            RUN apt-get update
 *     |1 A=b /bin/sh -c make                               RUN make             with a build argument
 *     |1 A=b /usr/bin/make all                             RUN /usr/bin/make all
 *     RUN |1 A=b /bin/sh -c make # buildkit                RUN make             buildkit
 *     COPY a b # buildkit                                  COPY a b
 */
export function instructionOf(createdBy: string): string {
  const text = createdBy.replace(/\s+/g, ' ').trim();
  // In front of it stands the shell, which SHELL can change.
  const noted = /^(?:\|\d+ .*?)?\/\S+(?: \S+){0,4}? #\(nop\) ?(.*)$/.exec(text)?.[1];
  if (noted !== undefined) return noted;
  const own = text.replace(/ # buildkit$/, '');
  const run = own.replace(/^RUN /, '');
  const command = /^(?:\|\d+ .*?)?\/bin\/sh -c (.*)$/.exec(run)?.[1] ?? withoutArguments(run);
  return command === undefined ? own : `RUN ${command}`;
}

// Where no shell stands between, an argument's value with a blank in it cannot be told from the command.
function withoutArguments(run: string): string | undefined {
  const count = /^\|(\d+) /.exec(run)?.[1];
  return count === undefined
    ? undefined
    : run
        .split(' ')
        .slice(Number(count) + 1)
        .join(' ');
}
