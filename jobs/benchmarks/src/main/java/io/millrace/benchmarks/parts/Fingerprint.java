package io.millrace.benchmarks.parts;

import io.millrace.detector.ScanImage;
import io.millrace.hdf5.CountedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a counted file says about the specimen, in a few digits: the same for two files if and only
 * if they have the same events in the same frames, and the same images. When and by whom a file was
 * made has no part in it.
 *
 * @param digits SHA-256 of it
 */
public record Fingerprint(String digits) {
  /** Of a file. */
  public static Fingerprint of(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (CountedFile counted = new CountedFile(file)) {
      int positions = counted.geometry().positions();
      int[] size = {
        counted.geometry().width(), counted.geometry().height(), counted.framesPerPosition()
      };
      digest.update(bytes(size));
      for (int p = 0; p < positions; p++) {
        for (int k = 0; k < counted.framesPerPosition(); k++) {
          int[] events = counted.events(p, k);
          digest.update(bytes((int) counted.frameNumber(p, k), counted.mask(p, k), events.length));
          digest.update(bytes(events));
        }
      }
      for (String name : counted.imageNames()) {
        ScanImage image = counted.image(name);
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        ByteBuffer values = ByteBuffer.allocate(image.values().length * Double.BYTES);
        values.asDoubleBuffer().put(image.values());
        digest.update(values);
      }
    }
    return new Fingerprint(HexFormat.of().formatHex(digest.digest()));
  }

  private static byte[] bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES);
    bytes.asIntBuffer().put(values);
    return bytes.array();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
