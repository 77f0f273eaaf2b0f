package io.millrace.operators.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.Thresholds;
import io.millrace.operators.assembly.FrameBlock.Offer;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.Frames;
import io.millrace.operators.counting.ReferenceCounter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FrameBlockTest {
  private static final Thresholds THRESHOLDS = new Thresholds(28.5, 435);
  private static final int COMPLETE = 0xf;

  private final DetectorDescription detector = Frames.grid(8, 6, 4, 1);
  private final SeamResolver seams = new SeamResolver(detector, false);
  private final CountedFrame out = new CountedFrame();
  private final FrameBlock block = new FrameBlock(4);

  private static CountedSector sector(long frame, int module) {
    CountedSector sector = new CountedSector();
    sector.header.set(7, frame, 9, 8, (int) (frame % 9), (int) (frame / 9 % 8), 0, module);
    return sector;
  }

  @Test
  void framesOfABlockAreConsecutive() {
    assertThat(FrameBlock.of(0)).isZero();
    assertThat(FrameBlock.of(63)).isZero();
    assertThat(FrameBlock.of(64)).isOne();
    assertThat(FrameBlock.of(0xffff_ffffL)).isEqualTo(0x3ff_ffff);
  }

  @Test
  void aSectorOfAFrameThatHasLeftIsADuplicateOrLate() {
    assertThat(block.offer(sector(64, 0))).isEqualTo(Offer.KEPT);
    assertThat(block.offer(sector(64, 0))).isEqualTo(Offer.DUPLICATE);
    block.flush(seams, out, frame -> assertThat(frame.mask).isEqualTo(1));
    assertThat(block.offer(sector(64, 0))).isEqualTo(Offer.DUPLICATE);
    assertThat(block.offer(sector(64, 3))).isEqualTo(Offer.LATE);
    assertThat(block.done()).isEqualTo(1);
    for (int module = 0; module < 3; module++) {
      assertThat(block.offer(sector(127, module))).isEqualTo(Offer.KEPT);
    }
    assertThat(block.offer(sector(127, 3))).isEqualTo(Offer.COMPLETE);
    block.take(127, seams, out);
    assertThat(out.mask).isEqualTo(COMPLETE);
    assertThat(out.frame).isEqualTo(127);
    assertThat(block.offer(sector(127, 2))).isEqualTo(Offer.DUPLICATE);
    assertThat(block.done()).isEqualTo(Long.MIN_VALUE | 1);
    assertThat(Offer.LATE.reason()).isEqualTo(DropReason.LATE);
    assertThat(Offer.KEPT.reason()).isNull();
  }

  @Test
  void sectorsThatDisagreeAreRefused() {
    block.offer(sector(5, 0));
    CountedSector elsewhere = sector(5, 1);
    elsewhere.header.x++;
    assertThat(block.offer(elsewhere)).isEqualTo(Offer.INCONSISTENT_POSITION);
    CountedSector wider = sector(6, 1);
    wider.header.width++;
    assertThat(block.offer(wider)).isEqualTo(Offer.INCONSISTENT_SIZE);
    assertThat(block.pending()).hasSize(1);
    assertThatThrownBy(() -> block.take(6, seams, out)).hasMessageContaining("frame 6");
  }

  /** Any order, with duplicates, missing sectors and restarts from a checkpoint in between. */
  @Test
  void anyInterleavingGivesTheSameFrames() {
    ReferenceCounter reference = new ReferenceCounter(8, 6, Corrections.NONE);
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      Map<Long, int[]> expected = new TreeMap<>();
      Map<Long, Integer> masks = new HashMap<>();
      List<CountedSector> arriving = new ArrayList<>();
      for (long frame = 640; frame < 704; frame++) {
        int mask = random.nextInt(4) == 0 ? random.nextInt(16) : COMPLETE;
        byte[] pixels = Frames.random(random, detector.pixels());
        CountedSector[] sectors = Frames.count(pixels, detector, THRESHOLDS, mask);
        for (int module = 0; module < 4; module++) {
          if (sectors[module] == null) {
            pixels = Frames.without(pixels, detector, module);
          } else {
            sectors[module].header.set(sector(frame, module).header);
            arriving.addAll(Collections.nCopies(1 + random.nextInt(2), sectors[module]));
          }
        }
        if (mask != 0) {
          expected.put(frame, reference.count(pixels, THRESHOLDS).toArray());
          masks.put(frame, mask);
        }
      }
      Collections.shuffle(arriving, random);

      FrameBlock block = new FrameBlock(4);
      Map<Long, int[]> frames = new TreeMap<>();
      int used = 0;
      for (CountedSector sector : arriving) {
        Offer offer = block.offer(sector);
        assertThat(offer).as("seed %d", seed).isIn(Offer.KEPT, Offer.COMPLETE, Offer.DUPLICATE);
        used += offer.reason() == null ? 1 : 0;
        if (offer == Offer.COMPLETE) {
          block.take(sector.header.frame, seams, out);
          assertThat(out.mask).as("seed %d", seed).isEqualTo(COMPLETE);
          assertThat(frames.put(out.frame, out.events.toArray())).as("seed %d", seed).isNull();
        }
        if (random.nextInt(20) == 0) {
          block = restored(block);
        }
      }
      assertThat(used)
          .as("seed %d", seed)
          .isEqualTo(masks.values().stream().mapToInt(Integer::bitCount).sum());
      List<Long> flushed = new ArrayList<>();
      block.flush(
          seams,
          out,
          frame -> {
            flushed.add(frame.frame);
            assertThat(frame.mask).isEqualTo(masks.get(frame.frame)).isNotEqualTo(COMPLETE);
            assertThat(frame.position()).isEqualTo((int) (frame.frame % 72));
            frames.put(frame.frame, frame.events.toArray());
          });
      assertThat(flushed).as("seed %d", seed).isSorted();
      assertThat(frames.keySet()).as("seed %d", seed).isEqualTo(expected.keySet());
      for (long frame : frames.keySet()) {
        assertThat(frames.get(frame)).as("seed %d, %d", seed, frame).isEqualTo(expected.get(frame));
      }
      assertThat(block.pending()).isEmpty();
      assertRemembers(restored(block), masks, seed);
    }
  }

  private static FrameBlock restored(FrameBlock block) {
    return new FrameBlock(
        block.modules(),
        block.width(),
        block.height(),
        block.done(),
        block.incompleteMasks(),
        block.pending());
  }

  private static void assertRemembers(FrameBlock block, Map<Long, Integer> masks, long seed) {
    masks.forEach(
        (frame, mask) -> {
          for (int module = 0; module < 4; module++) {
            Offer expected = (mask >>> module & 1) != 0 ? Offer.DUPLICATE : Offer.LATE;
            assertThat(block.offer(sector(frame, module))).as("seed %d", seed).isEqualTo(expected);
          }
        });
  }
}
