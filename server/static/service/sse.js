// Reads server-sent events from a stream of bytes (the HTML standard's event stream format, sections "parsing" and
// "interpreting"). It does not know what the events mean; data is JSON.

/** Yields `{event, data}` for each event of a `ReadableStream` of bytes. Ends the stream when the caller stops. */
export async function* readEvents(stream) {
  let event = "message";
  let data = [];
  for await (const line of lines(stream)) {
    if (line === "") {
      if (data.length) yield { event, data: JSON.parse(data.join("\n")) };
      event = "message";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event = value;
    if (name === "data") data.push(value);
  }
}

async function* lines(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += value;
      // A lone CR at the end may be half of a CRLF: it waits for the next piece.
      const complete = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
      const parts = complete.split(/\r\n|\n|\r/);
      rest = parts.pop() + rest.slice(complete.length);
      yield* parts;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
