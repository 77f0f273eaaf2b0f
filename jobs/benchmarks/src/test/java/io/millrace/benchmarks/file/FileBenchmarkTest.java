package io.millrace.benchmarks.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DetectorDescription;
import io.millrace.hdf5.CountedFile;
import io.millrace.hdf5.CountedFileName;
import io.millrace.hdf5.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FileBenchmarkTest {
  private static final int SIDE = 20;
  private static final int EVENTS = 50;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      names = {"VLEN", "FLAT"})
  void turnWritesBothFilesAndLeavesNothing(Layout layout) throws IOException {
    FileBenchmark benchmark = new FileBenchmark();
    benchmark.directory = folder.toString();
    benchmark.layout = layout;
    benchmark.events = EVENTS;
    benchmark.side = SIDE;
    benchmark.make();
    FileBenchmark.Turns turns = new FileBenchmark.Turns();
    benchmark.turn(turns);
    benchmark.turn(turns);
    benchmark.clear();
    assertThat(turns.bytes).isGreaterThan(2L * SIDE * SIDE);
    assertThat(turns.plainNanos).isPositive();
    assertThat(turns.countedWaitNanos).isPositive().isLessThan(turns.countedNanos);
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      names = {"VLEN", "FLAT"})
  void fileIsWhole(Layout layout) throws IOException {
    Path file = folder.resolve("counted.h5");
    new MadeScan(DetectorDescription.load("4d-camera"), SIDE, EVENTS)
        .write(folder.resolve("counted.part"), file, layout);
    Path written = layout == Layout.FLAT ? CountedFileName.flat(file) : file;
    assertThat(Files.list(folder)).containsExactly(written);
    try (CountedFile read = new CountedFile(written)) {
      assertThat(read.events(SIDE * SIDE - 1, 0)).hasSize(EVENTS);
    }
  }
}
