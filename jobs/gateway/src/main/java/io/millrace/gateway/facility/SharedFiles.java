package io.millrace.gateway.facility;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Files of a facility whose file system this machine has, too. */
final class SharedFiles {
  private SharedFiles() {}

  /** As {@link ComputeFacility#put}. */
  static void put(String path, byte[] content) throws FacilityException {
    Path file = absolute(path);
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw new FacilityException("%s cannot be written: %s".formatted(path, e), e);
    }
  }

  /** As {@link ComputeFacility#tail}. */
  static Optional<String> tail(String path, int bytes) throws FacilityException {
    Path file = absolute(path);
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long start = Math.max(0, channel.size() - bytes);
      ByteBuffer end = ByteBuffer.allocate((int) Math.min(bytes, channel.size() - start));
      channel.position(start);
      // The file may have become shorter.
      while (end.hasRemaining() && channel.read(end) >= 0) {
        continue;
      }
      return Optional.of(new String(end.array(), 0, end.position(), StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new FacilityException("%s cannot be read: %s".formatted(path, e), e);
    }
  }

  private static Path absolute(String path) {
    Path file = Path.of(path);
    if (!file.isAbsolute()) {
      throw new IllegalArgumentException("a path is absolute, not '%s'".formatted(path));
    }
    return file;
  }
}
