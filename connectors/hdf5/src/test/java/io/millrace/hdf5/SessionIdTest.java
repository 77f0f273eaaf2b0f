package io.millrace.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.ScanKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionIdTest {
  private static final Instant START = Instant.parse("2026-11-22T23:59:58Z");

  @Test
  void anIdThatIsTakenIsNoFiles(@TempDir Path dir) throws Exception {
    assertThat(SessionId.take(dir.resolve("none"))).isEqualTo(1);
    assertThat(SessionId.take(dir)).isEqualTo(1);
    Files.createFile(dir.resolve("FOURD_261122_2359_00007_00101.h5"));
    Files.createFile(dir.resolve("FOURD_99.h5"));
    Files.createFile(dir.resolve("notes_00099_00001.h5"));
    assertThat(SessionId.take(dir)).isEqualTo(8);
    Files.createFile(dir.resolve("FOURD_261122_2359_00010_00101_flat.h5"));
    assertThat(SessionId.take(dir)).isEqualTo(11);
    Files.createFile(dir.resolve(CountedFileName.part(20, 4_294_967_295L)));
    assertThat(SessionId.take(dir)).isEqualTo(21);
    Files.createFile(CountedFileName.flat(dir.resolve(CountedFileName.part(30, 1))));
    assertThat(SessionId.take(dir)).isEqualTo(31);
    Files.createFile(dir.resolve(CountedFileName.part(40, 1, 2)));
    assertThat(SessionId.take(dir)).isEqualTo(41);
    Files.createFile(CountedFileName.flat(dir.resolve(CountedFileName.part(50, 1, 2))));
    assertThat(SessionId.take(dir)).isEqualTo(51);
    Files.createFile(dir.resolve(CountedFileName.part(60, ScanKey.of(2, 1), 2)));
    assertThat(SessionId.take(dir)).isEqualTo(61);
    Files.createFile(
        dir.resolve(CountedFileName.of(START, ZoneOffset.UTC, 70, ScanKey.of(2, 101))));
    assertThat(SessionId.take(dir)).isEqualTo(71);
  }

  /** Sessions that begin at the same moment have no files yet. */
  @Test
  void nobodyGetsAnIdThatSomebodyHas(@TempDir Path dir) throws Exception {
    ExecutorService sessions = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Integer>> takers = Collections.nCopies(40, () -> SessionId.take(dir));
      List<Integer> ids = new ArrayList<>();
      for (Future<Integer> id : sessions.invokeAll(takers, 60, TimeUnit.SECONDS)) {
        ids.add(id.get());
      }
      assertThat(ids)
          .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 40).boxed().toList());
    } finally {
      sessions.shutdownNow();
    }
  }
}
