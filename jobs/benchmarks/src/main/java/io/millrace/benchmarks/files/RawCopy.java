package io.millrace.benchmarks.files;

import io.millrace.benchmarks.parts.Simulation;
import io.millrace.detector.raw.RawFileName;
import io.millrace.detector.raw.RawFileReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The transfer, without a network: copies a scan's raw files into another directory, all at the
 * same time, within the kernel, until the disk has them.
 */
final class RawCopy {
  private static final int RECORD_BYTES =
      RawFileReader.HEADER_BYTES + Simulation.CAMERA.sectorBytes();

  private RawCopy() {}

  /** A {@link StepProgram}. */
  public static void main(String[] args) throws IOException {
    StepProgram.run(
        (scan, from, to) -> {
          List<Callable<Long>> files = new ArrayList<>();
          for (int m = 0; m < Simulation.CAMERA.modules(); m++) {
            String name = RawFileName.compose(scan, m, 0);
            files.add(() -> copy(from.resolve(name), to.resolve(name)) / RECORD_BYTES);
          }
          return Together.sum(files);
        });
  }

  /** Returns how many bytes it were. */
  static long copy(Path from, Path to) throws IOException {
    try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long size = in.size();
      for (long at = 0; at < size; ) {
        long n = in.transferTo(at, size - at, out);
        if (n <= 0) {
          throw new IOException("%s became shorter while it was copied".formatted(from));
        }
        at += n;
      }
      out.force(true);
      return size;
    }
  }
}
