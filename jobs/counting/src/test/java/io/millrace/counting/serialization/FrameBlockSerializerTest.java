package io.millrace.counting.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.millrace.detector.Centroids;
import io.millrace.detector.CountedSector;
import io.millrace.detector.IntList;
import io.millrace.operators.assembly.FrameBlock;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a savepoint holds is read by the jobs that come later. */
class FrameBlockSerializerTest {
  /** {@link #block} as version 1 wrote it. Never change it. */
  private static final String VERSION_1 =
      "01" // version
          + ("02" + "ac02" + "02") // modules, width, height
          + "0300000000000000" // frames that have left
          + ("40" + "01" + "00".repeat(63)) // masks
          + "01" // sectors that wait
          + ("02" + "03000000" + "bc020000") // events
          + ("01" + "08000000") // border events
          + ("01" + "09000000" + "0000fc41") // halo: pixels, values
          + ("02" + "0000c03f" + "00000040" + "00009643" + "00000000" + "000080be" + "00002442")
          + ("80d0acf30e" + "45" + "ac02" + "02" + "05" + "00" + "07" + "01"); // header

  private final FrameBlockSerializer serializer = new FrameBlockSerializer();

  /**
   * Of two modules and a scan of 300 x 2 positions: frame 1 has left complete, frame 0 without
   * module 1, and of frame 5 a sector waits.
   */
  private static FrameBlock block() {
    Centroids centroids = new Centroids(2);
    centroids.add(1.5f, 2, 300);
    centroids.add(0, -0.25f, 41);
    CountedSector sector =
        new CountedSector(
            IntList.of(3, 700), IntList.of(8), new IntList(0), new float[0], centroids);
    sector.addHalo(9, 31.5f);
    sector.header.set(4_000_000_000L, 69, 300, 2, 5, 0, 7, 1);
    byte[] masks = new byte[FrameBlock.FRAMES];
    masks[0] = 0b01;
    return new FrameBlock(2, 300, 2, 0b11, masks, List.of(sector.copy()));
  }

  private FrameBlock read(String hex) {
    try (Input in = new Input(HexFormat.of().parseHex(hex))) {
      FrameBlock block = serializer.read(new Kryo(), in, FrameBlock.class);
      assertThat(in.end()).as("all is read").isTrue();
      return block;
    }
  }

  @Test
  void readsVersion1() {
    FrameBlock block = read(VERSION_1);
    assertThat(block.modules()).isEqualTo(2);
    assertThat(block.width()).isEqualTo(300);
    assertThat(block.height()).isEqualTo(2);
    assertThat(block.done()).isEqualTo(0b11);
    assertThat(block.incompleteMasks()).isEqualTo(block().incompleteMasks());
    assertThat(block.pending()).hasSize(1);
    CountedSector sector = block.pending().get(0);
    CountedSector expected = block().pending().get(0);
    assertThat(sector.header).hasToString(expected.header.toString());
    assertThat(sector.header.scan).isEqualTo(4_000_000_000L);
    assertThat(sector.events).isEqualTo(expected.events);
    assertThat(sector.borderEvents).isEqualTo(expected.borderEvents);
    assertThat(sector.haloPixels).isEqualTo(expected.haloPixels);
    assertThat(sector.haloValues()).isEqualTo(expected.haloValues());
    assertThat(sector.centroids.array()).isEqualTo(expected.centroids.array());
  }

  @Test
  void writesVersion1() {
    Output out = new Output(64, -1);
    serializer.write(new Kryo(), out, block());
    assertThat(HexFormat.of().formatHex(out.toBytes())).isEqualTo(VERSION_1);
  }

  @Test
  void refusesAVersionThatItDoesNotKnow() {
    for (String other : List.of("00", "02", "7f")) {
      assertThatThrownBy(() -> read(other + VERSION_1.substring(2)))
          .isInstanceOf(KryoException.class)
          .hasMessageContaining("of version %d,".formatted(HexFormat.fromHexDigits(other)))
          .hasMessageContaining("this job reads 1")
          .hasMessageContaining("start without its savepoint");
    }
  }
}
