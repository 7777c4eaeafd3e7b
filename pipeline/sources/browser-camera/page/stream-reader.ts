/**
 * Runs in the browser: reads a multipart stream of pictures. An <img> could show it, but can neither bear a token nor
 * tell which frame it shows; the header after each picture can.
 */
export const streamReader = String.raw`const BOUNDARY = new TextEncoder().encode('--tapline-frame\r\n');
const HEAD_END = new TextEncoder().encode('\r\n\r\n');

/** Pictures as {bytes, type, frame}; frame is the id of its frame or null. */
async function* pictures(stream) {
  const reader = stream.getReader();
  let buffer = new Uint8Array(0), searched = 0, type = null;
  for (;;) {
    const at = indexOf(buffer, BOUNDARY, searched);
    const end = at < 0 ? -1 : indexOf(buffer, HEAD_END, at + BOUNDARY.length);
    if (end >= 0) {
      const head = new TextDecoder().decode(buffer.subarray(at, end));
      if (type !== null) yield { bytes: buffer.slice(0, at - 2), type, frame: frameOf(head) }; // a line break is between
      type = /^Content-Type: (.+)$/m.exec(head)?.[1].trim() ?? 'image/jpeg';
      buffer = buffer.slice(end + HEAD_END.length);
      searched = 0;
      continue;
    }
    searched = at < 0 ? Math.max(0, buffer.length - BOUNDARY.length) : at;
    const { value, done } = await reader.read();
    if (done) return;
    const longer = new Uint8Array(buffer.length + value.length);
    longer.set(buffer);
    longer.set(value, buffer.length);
    buffer = longer;
  }
}

function frameOf(head) {
  const id = /^Tapline-Frame: (\S+)$/m.exec(head)?.[1];
  return id === undefined ? null : decodeURIComponent(id);
}

function indexOf(bytes, wanted, from) {
  for (let at = bytes.indexOf(wanted[0], from); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    if (at + wanted.length > bytes.length) return -1;
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
`;
