/** A binary message as the gateway sends it. */
export function binary(header: Record<string, unknown>, values: Float32Array | Uint32Array | Uint8Array): Buffer {
  let text = JSON.stringify(header);
  while ((4 + text.length) % 8 !== 0) {
    text += ' ';
  }
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const payload = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([length, Buffer.from(text), payload]);
}
