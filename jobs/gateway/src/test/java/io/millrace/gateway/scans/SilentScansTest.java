package io.millrace.gateway.scans;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRows;
import io.millrace.detector.live.LiveSent;
import io.millrace.gateway.live.LiveCounters;
import io.millrace.gateway.live.LiveScans;
import io.millrace.gateway.store.Database;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that dies, and one that only paused. */
class SilentScansTest {
  private static final ScanGeometry GEOMETRY = new ScanGeometry(3, 2);

  @TempDir Path folder;
  private Database database;
  private Catalogue catalogue;
  private LiveScans live;
  private SilentScans silent;
  private final Set<String> followed = new HashSet<>();
  private Instant now = Instant.now();
  private long sequence;
  private int told;

  @BeforeEach
  void open() {
    database = Database.open("sqlite:" + folder.resolve("gateway.db"));
    catalogue = new Catalogue(database.jdbi());
    restart();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void restart() {
    live = new LiveScans(catalogue, 1 << 20, Clock.systemUTC(), new LiveCounters());
    live.onEnd(scan -> catalogue.tellEnd(scan, now));
    silent = new SilentScans(catalogue, live, followed::contains, () -> now);
  }

  private void describe() {
    tell(new LivePattern(7, GEOMETRY, 8, 8, 2, 0, 0, new int[64]));
  }

  private void tell(LiveMessage message) {
    live.take(new LiveSent("night", "task-0", sequence++, now, message));
  }

  /** The rows as they are with one more frame. */
  private void tellFrame() {
    tell(rows(7, ++told));
  }

  private static LiveRows rows(long scan, int framesThere) {
    int[] frames = new int[GEOMETRY.positions()];
    int[] masks = new int[GEOMETRY.positions()];
    Arrays.fill(frames, 0, framesThere, 1);
    Arrays.fill(masks, 0, framesThere, 3);
    return new LiveRows(
        scan,
        GEOMETRY,
        0,
        GEOMETRY.height(),
        List.of(),
        masks,
        frames,
        new int[0][],
        new int[frames.length],
        new long[frames.length],
        new long[frames.length]);
  }

  private CatalogueScan after(Duration time) {
    now = now.plus(time);
    silent.look();
    return catalogue.search(ScanFilter.ALL, 9, 0).get(0);
  }

  @Test
  void isSilentAfterAWhileAndUnderWayWithTheNextFrame() {
    describe();
    tellFrame();
    assertThat(after(Duration.ZERO).state()).isEqualTo("STREAMING");
    assertThat(after(SilentScans.SILENCE.minusSeconds(1)).state()).isEqualTo("STREAMING");
    tellFrame();
    assertThat(after(Duration.ofSeconds(1)).state()).isEqualTo("STREAMING");
    CatalogueScan over = after(SilentScans.SILENCE);
    assertThat(over.state()).isEqualTo("SILENT");
    assertThat(over.reason()).contains("told of no frame since");
    tellFrame();
    assertThat(after(Duration.ofSeconds(1)).state()).isEqualTo("STREAMING");
    after(SilentScans.SILENCE);
    tell(new LiveEnd(7, GEOMETRY, 6, 0, 0, new long[2], "all frames"));
    CatalogueScan ended = after(Duration.ofSeconds(1));
    assertThat(ended.state()).isEqualTo("COMPLETE");
    assertThat(ended.reason()).isEmpty();
  }

  /** Else each page would go back to it when the next scan is over. */
  @Test
  void givesWayToALaterScanThatIsOver() {
    describe();
    tellFrame();
    String dead = live.shown().orElseThrow().id();
    after(Duration.ZERO);
    after(SilentScans.SILENCE);
    long number = 0;
    for (LiveMessage message :
        List.of(
            new LivePattern(8, GEOMETRY, 8, 8, 2, 0, 0, new int[64]),
            rows(8, 1),
            new LiveEnd(8, GEOMETRY, 1, 0, 5, new long[2], "all frames"))) {
      live.take(new LiveSent("night", "task-1", number++, now, message));
    }
    assertThat(live.shown().orElseThrow().id()).isNotEqualTo(dead);
    tellFrame();
    assertThat(live.shown().orElseThrow().id()).as("it goes on").isEqualTo(dead);
  }

  /** The job has died with the gateway, or before. */
  @Test
  void isSilentForAGatewayThatNeverHeardOfIt() {
    describe();
    tellFrame();
    restart();
    assertThat(after(Duration.ofHours(1)).state()).as("it may yet be heard").isEqualTo("STREAMING");
    assertThat(after(SilentScans.SILENCE).state()).isEqualTo("SILENT");
    restart();
    assertThat(after(Duration.ZERO).state()).as("as before").isEqualTo("SILENT");
  }

  /** ZooKeeper tells what becomes of its scans, as long as it is there: it may die with its job. */
  @Test
  void scanOfASessionThatZooKeeperTellsOfIsLeftToIt() {
    describe();
    followed.add("night");
    silent.look();
    now = now.plus(SilentScans.SILENCE).plusSeconds(1);
    silent.look();
    assertThat(catalogue.search(ScanFilter.ALL, 9, 0).get(0).state()).isEqualTo("STREAMING");
    followed.clear();
    silent.look();
    now = now.plus(SilentScans.SILENCE).plusSeconds(1);
    silent.look();
    assertThat(catalogue.search(ScanFilter.ALL, 9, 0).get(0).state()).isEqualTo("SILENT");
  }
}
