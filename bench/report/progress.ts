/** Where the run stands, on standard error: one line that renews itself in a terminal, a line now and then in a log. */
export function createProgress(
  stream: NodeJS.WriteStream,
  part: string,
): {
  step(text: string, share: number): void;
  end(): void;
} {
  const every = stream.isTTY ? 100 : 10_000;
  const begin = performance.now();
  let last = Number.NEGATIVE_INFINITY;

  return {
    step(text, share) {
      const now = performance.now();
      if (now - last < every) return;
      last = now;
      const seconds = Math.round((now - begin) / 1000);
      const line = `${part}: ${Math.round(share * 100)} % · ${seconds} s · ${text}`;
      stream.write(stream.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
    },
    end() {
      if (stream.isTTY) stream.write('\r\u001b[2K');
    },
  };
}
