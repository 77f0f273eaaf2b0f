package io.millrace.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartFileOperatorTest {
  @TempDir Path dir;
  private final Scan scan = Scan.of(7, new ScanGeometry(4, 3), 1, new Random(1), e -> 10 * e);
  private KeyedOneInputStreamOperatorTestHarness<Long, ScanRecord, WholeFile> harness;

  private void open(OperatorSubtaskState state) throws Exception {
    CountedFileSink sink =
        new CountedFileSink(
            dir,
            3,
            ZoneOffset.UTC,
            Scan.CAMERA,
            Scan.PROVENANCE,
            Layout.FLAT,
            false,
            ResultListener.nobody());
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new PartFileOperator(sink, true), ScanRecord::scan, Types.LONG);
    harness.setup();
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  /** As Flink ends a task that has failed: it is closed, and has not finished. */
  private void fail() throws Exception {
    harness.getOperator().close();
  }

  private void send(List<? extends ScanRecord> records) throws Exception {
    for (ScanRecord record : records) {
      harness.processElement(record, record.scan());
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void assertNamed() throws IOException {
    WholeFile whole = harness.extractOutputValues().get(0);
    assertThat(whole.name()).hasSize(1);
    assertThat(names()).containsExactly("FOURD_261122_0843_00003_00007_flat.h5");
    try (CountedFile file = new CountedFile(dir.resolve(names().get(0)))) {
      assertThat(file.events()).isEqualTo(scan.events());
      assertThat(file.imageNames()).isEqualTo(scan.images().stream().map(ScanImage::name).toList());
    }
  }

  /** As with a full disk, or when Flink interrupts the task since another one has failed. */
  @Test
  void aScanThatCouldNotBeCompletedIsGoneOnWith() throws Exception {
    open(null);
    List<CountedFrame> frames = scan.frames();
    send(frames.subList(0, 5));
    OperatorSubtaskState state = harness.snapshot(1, 0);
    send(frames.subList(5, 11));
    assertThatThrownBy(() -> send(List.of(scan.report())))
        .as("the last frame has not come")
        .hasMessageContaining("are reported");
    fail();
    assertThat(names()).containsExactly("FOURD_00003_00007.part");

    open(state);
    send(frames.subList(5, 12));
    send(scan.images());
    send(List.of(scan.report()));
    assertNamed();
  }

  /** The checkpoint in between fails; the flat part and the whole one are there already. */
  @Test
  void aScanThatWasCompletedBehindTheCheckpointIsCompletedAgain() throws Exception {
    open(null);
    send(scan.frames());
    send(scan.images());
    OperatorSubtaskState state = harness.snapshot(1, 0);
    send(List.of(scan.report()));
    fail();
    assertThat(names()).containsExactly("FOURD_00003_00007.part", "FOURD_00003_00007_flat.part");

    open(state);
    send(List.of(scan.report()));
    assertNamed();
  }

  @Test
  void aPartThatWasBegunBehindTheCheckpointBeginsAnewButNotAWholeOne() throws Exception {
    open(null);
    OperatorSubtaskState state = harness.snapshot(1, 0);
    send(scan.frames().subList(0, 3));
    fail();

    open(state);
    send(scan.frames());
    assertThat(names()).containsExactly("FOURD_00003_00007.part");
    send(List.of(scan.report()));
    fail();
    assertThat(names()).containsExactly("FOURD_00003_00007.part", "FOURD_00003_00007_flat.part");
    try (CountedFileWriter writer =
        new CountedFileWriter(dir.resolve("FOURD_00003_00008.part"), Scan.CAMERA, false)) {
      for (CountedFrame frame : scan.frames()) {
        writer.add(frame);
      }
      writer.complete(
          scan.report(), Scan.PROVENANCE, Layout.VLEN, dir.resolve("FOURD_00003_00008.h5"));
    }
    assertThat(PartLock.removeOrphan(dir.resolve("FOURD_00003_00008.part"))).isFalse();
    assertThat(dir.resolve("FOURD_00003_00008.part")).exists();
  }
}
