package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SimulatedSectorsTest {
  private static final DetectorDescription DETECTOR = Detectors.square(16);
  private static final ScanGeometry SCAN = ScanGeometry.withFlyback(31, 30);
  private static final Long[] ALL = LongStream.range(0, 960).boxed().toArray(Long[]::new);

  @Test
  void withoutFaultsEveryFrameComesOnceInOrder() {
    SimulatedSectors source = source(1, faults(0, 0, 0, 1), 0);
    assertThat(source.sectors()).isEqualTo(960);
    assertThat(source.account()).isEmpty();
    SectorHeader h = new SectorHeader();
    for (int frame = 0; frame < 960; frame++) {
      assertThat(source.next(h)).isTrue();
      assertThat(h)
          .hasToString(
              new SectorHeader().set(5, frame, 32, 30, frame % 32, frame / 32, 0, 1).toString());
    }
    assertThat(source.next(h)).isFalse();
    assertThat(source.next(h)).isFalse();
  }

  @Test
  void lostSectorsAreAsManyAsSaidAndDifferFromModuleToModule() {
    SimulatedSectors one = source(1, faults(0.1, 0, 0, 1), 0);
    SimulatedSectors two = source(2, faults(0.1, 0, 0, 1), 0);
    List<Long> ofOne = frames(one);
    assertThat(one.lostSectors()).isEqualTo(960 - ofOne.size()).isBetween(60L, 140L);
    assertThat(one.sectors()).isEqualTo(ofOne.size());
    assertThat(one.account())
        .isEqualTo(
            "on purpose: 0 frames lost, %d sectors lost, 0 sectors sent twice"
                .formatted(one.lostSectors()));
    assertThat(frames(two)).isNotEqualTo(ofOne);
    assertThat(frames(source(1, faults(0.1, 0, 0, 1), 0))).isEqualTo(ofOne);
  }

  @Test
  void lostFramesAreTheSameForAllModules() {
    SimulatedSectors one = source(1, faults(0, 0.1, 0, 1), 0);
    SimulatedSectors two = source(2, faults(0, 0.1, 0, 1), 0);
    List<Long> ofOne = frames(one);
    assertThat(one.lostFrames()).isEqualTo(960 - ofOne.size()).isBetween(60L, 140L);
    assertThat(one.lostSectors()).isZero();
    assertThat(frames(two)).isEqualTo(ofOne);
  }

  @Test
  void duplicatesFollowTheirOriginal() {
    SimulatedSectors source = source(1, faults(0, 0, 0.2, 1), 0);
    List<Long> frames = frames(source);
    assertThat(frames).isSorted().contains(ALL);
    assertThat(source.duplicates()).isEqualTo(frames.size() - 960).isBetween(140L, 250L);
    assertThat(source.sectors()).isEqualTo(frames.size());
  }

  @Test
  void reorderingStaysWithinItsWindow() {
    List<Long> frames = frames(source(1, faults(0, 0, 0, 50), 0));
    assertThat(frames).containsExactlyInAnyOrder(ALL).isNotEqualTo(List.of(ALL));
    for (int i = 0; i < frames.size(); i++) {
      assertThat(frames.get(i) / 50).as("window of frame %d", frames.get(i)).isEqualTo(i / 50);
    }
  }

  @Test
  void allFaultsTogetherAddUp() {
    SimulatedSectors source = source(3, faults(0.2, 0.1, 0.3, 64), 0);
    List<Long> frames = frames(source);
    Set<Long> distinct = new HashSet<>(frames);
    assertThat(distinct.size() + source.lostFrames() + source.lostSectors()).isEqualTo(960);
    assertThat(frames.size() - distinct.size()).isEqualTo((int) source.duplicates());
    assertThat(source.sectors()).isEqualTo(frames.size());
  }

  @Test
  void everythingLostIsAnEmptyScan() {
    SimulatedSectors source = source(0, faults(0, 1, 0, 1), 0);
    assertThat(source.sectors()).isZero();
    assertThat(frames(source)).isEmpty();
  }

  @Test
  void repeatedPicturesAreThoseOfTheFirstFramesUnderTheirOwnHeaders() {
    SimulatedSectors fresh = source(1, faults(0, 0, 0, 1), 0);
    SimulatedSectors repeated = source(1, faults(0, 0, 0, 1), 10);
    List<ByteBuffer> pictures = new ArrayList<>();
    SectorHeader h = new SectorHeader();
    for (int frame = 0; frame < 35; frame++) {
      fresh.next(h);
      repeated.next(h);
      assertThat(h.frame).isEqualTo(frame);
      ByteBuffer slot = ByteBuffer.allocateDirect(DETECTOR.sectorBytes());
      if (frame < 10) {
        pictures.add(fresh.pixels(slot));
      }
      assertThat(repeated.pixels(slot)).isEqualTo(pictures.get(frame % 10));
    }
  }

  @Test
  void anotherScanOfTheSameCameraHasItsOwnPicturesAndLosses() {
    SimulatedSectors first = source(1, faults(0.1, 0, 0, 1), 0);
    SimulatedSectors other = first.of(6);
    assertThat(other.scan()).isEqualTo(6);
    SimulatedCamera camera = new SimulatedCamera(DETECTOR, 1, SCAN, 6, 3, 0, 9);
    SimulatedSectors fromTheStart =
        new SimulatedSectors(camera, DETECTOR, SCAN, 1, new Faults(9, 6, 0.1, 0, 0, 1), 0);
    SectorHeader h = new SectorHeader();
    SectorHeader expected = new SectorHeader();
    ByteBuffer slot = ByteBuffer.allocateDirect(DETECTOR.sectorBytes());
    ByteBuffer expectedSlot = ByteBuffer.allocateDirect(DETECTOR.sectorBytes());
    while (fromTheStart.next(expected)) {
      assertThat(other.next(h)).isTrue();
      assertThat(h).hasToString(expected.toString());
      assertThat(other.pixels(slot)).isEqualTo(fromTheStart.pixels(expectedSlot));
    }
    assertThat(other.next(h)).isFalse();
    assertThat(frames(first)).as("goes on by itself").hasSize((int) first.sectors());
  }

  @Test
  void anotherScanRepeatsThePreparedPictures() {
    SimulatedSectors first = source(1, faults(0, 0, 0, 1), 10);
    SimulatedSectors other = first.of(6);
    SectorHeader h = new SectorHeader();
    for (int frame = 0; frame < 25; frame++) {
      first.next(h);
      other.next(h);
      assertThat(h.scan).isEqualTo(6);
      assertThat(other.pixels(null)).isSameAs(first.pixels(null));
    }
  }

  private static List<Long> frames(SimulatedSectors source) {
    List<Long> frames = new ArrayList<>();
    SectorHeader h = new SectorHeader();
    while (source.next(h)) {
      frames.add(h.frame);
    }
    return frames;
  }

  private static Faults faults(double sectors, double frames, double duplicate, int reorder) {
    return new Faults(9, 5, sectors, frames, duplicate, reorder);
  }

  private static SimulatedSectors source(int module, Faults faults, int repeat) {
    SimulatedCamera camera = new SimulatedCamera(DETECTOR, module, SCAN, 5, 3, 0, 9);
    return new SimulatedSectors(camera, DETECTOR, SCAN, module, faults, repeat);
  }
}
