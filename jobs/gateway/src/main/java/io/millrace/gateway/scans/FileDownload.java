package io.millrace.gateway.scans;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Gives a file away, whole or in part, and not again to who has it (RFC 9110). */
final class FileDownload {
  private FileDownload() {}

  /**
   * Answers a request with a file.
   *
   * @param name that it gets at the other side
   * @param sha256 of the file, by which a copy of it is known; null if that is not known yet
   */
  static void answer(Context request, Path file, String name, String sha256) throws IOException {
    long size = Files.size(file);
    String tag = sha256 == null ? null : '"' + sha256 + '"';
    // Counted files are compressed by themselves, and parts of something compressed are useless.
    request.disableCompression();
    request.header("Accept-Ranges", "bytes");
    if (tag != null) {
      request.header("ETag", tag);
    }
    if (tag != null && names(request.header("If-None-Match"), tag)) {
      request.status(304);
      return;
    }
    String condition = request.header("If-Range");
    boolean inPart = condition == null || condition.equals(tag);
    try {
      Optional<ByteRange> part =
          inPart ? ByteRange.read(request.header("Range"), size) : Optional.empty();
      if (part.isPresent()) {
        request.status(206);
        request.header("Content-Range", part.get().contentRange(size));
      }
      ByteRange range = part.orElse(new ByteRange(0, size));
      request.contentType("application/x-hdf5");
      request.header(
          "Content-Disposition",
          "attachment; filename=\"%s\"".formatted(name.replaceAll("[^A-Za-z0-9._-]", "_")));
      request.header("Content-Length", Long.toString(range.length()));
      request.result(open(file, range));
    } catch (ByteRange.Unsatisfiable e) {
      request.status(416);
      request.header("Content-Range", "bytes */" + size);
    }
  }

  private static boolean names(String header, String tag) {
    return header != null
        && Arrays.stream(header.split(","))
            .map(String::strip)
            .anyMatch(t -> t.equals("*") || t.equals(tag) || t.equals("W/" + tag));
  }

  private static InputStream open(Path file, ByteRange range) throws IOException {
    SeekableByteChannel channel = Files.newByteChannel(file);
    channel.position(range.first());
    return new Part(Channels.newInputStream(channel), range.length());
  }

  /** The first bytes of a stream. */
  private static final class Part extends InputStream {
    private final InputStream in;
    private long left;

    Part(InputStream in, long length) {
      this.in = in;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int n = in.read(into, offset, (int) Math.min(length, left));
      left -= Math.max(0, n);
      return n;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
