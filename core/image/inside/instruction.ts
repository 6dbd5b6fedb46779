/**
 * A step of an image's history as the Dockerfile had it. What builders write there is a convention of theirs; the specification
 * only calls it "the command which created the layer" (image-spec, config.md).
 *
 *     /bin/sh -c #(nop)  CMD ["bash"]                      CMD ["bash"]         docker's first builder, buildah
 *     /bin/sh -c apt-get update                            RUN apt-get update
 *     |1 A=b /bin/sh -c make                               RUN make             with a build argument
 *     RUN |1 A=b /bin/sh -c make # buildkit                RUN make             buildkit
 *     COPY a b # buildkit                                  COPY a b
 */
export function instructionOf(createdBy: string): string {
  const text = createdBy.replace(/\s+/g, ' ').trim();
  const noted = /^(?:\|\d+ .*?)?\/bin\/sh -c #\(nop\) ?(.*)$/.exec(text)?.[1];
  if (noted !== undefined) return noted.trim();
  const own = text.replace(/ # buildkit$/, '');
  const command = /^(?:RUN )?(?:\|\d+ .*?)?\/bin\/sh -c (.*)$/.exec(own)?.[1];
  return command === undefined ? own : `RUN ${command}`;
}
