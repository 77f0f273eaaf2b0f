package io.millrace.operators.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.detector.Calibration;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.operators.assembly.FrameBlock.Offer;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.Discriminators;
import io.millrace.operators.counting.Oracle;
import io.millrace.operators.counting.SectorCounter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole scans from raw files, in a random order, sector by sector. */
class ScanVectorsTest {
  private final DetectorDescription camera = DetectorDescription.load("4d-camera");

  @ParameterizedTest
  @ValueSource(strings = {"scan_6x4", "scan_6x4_missing", "scan_3x2_f2"})
  void eventsByPosition(String scan) {
    assumeTrue(Oracle.has(scan), "the whole set of vectors is not here");
    Oracle.Events expected = Oracle.events(scan + "/stempy.ev.gz");
    JsonNode about = Oracle.json(scan + "/stempy.json");
    int framesPerPosition = about.get("frames_per_position").asInt();
    int positions = about.get("scan_width").asInt() * about.get("scan_height").asInt();

    List<CountedSector> arriving = sectors(scan, expected);
    Collections.shuffle(arriving, new Random(1));
    List<List<int[]>> found =
        Stream.<List<int[]>>generate(ArrayList::new).limit(positions).collect(Collectors.toList());
    FrameBlock block = new FrameBlock(camera.modules());
    SeamResolver seams = new SeamResolver(camera, false);
    CountedFrame frame = new CountedFrame();
    int absent = 0;
    for (CountedSector sector : arriving) {
      if (block.offer(sector) == Offer.COMPLETE) {
        block.take(sector.header.frame, seams, frame);
        found.get(frame.position()).add(frame.events.toArray());
      }
    }
    block.flush(seams, frame, f -> found.get(f.position()).add(f.events.toArray()));

    for (int p = 0; p < positions; p++) {
      List<int[]> frames = found.get(p);
      while (frames.size() < framesPerPosition) {
        frames.add(new int[0]);
        absent++;
      }
      // The order of a position's frames is a race in the program in use.
      assertThat(frames.stream().map(Arrays::toString).sorted().toList())
          .as("position %d", p)
          .isEqualTo(
              IntStream.range(p * framesPerPosition, (p + 1) * framesPerPosition)
                  .mapToObj(i -> Arrays.toString(expected.frames().get(i)))
                  .sorted()
                  .toList());
    }
    assertThat(absent).isEqualTo(scan.endsWith("missing") ? 1 : 0);
  }

  private List<CountedSector> sectors(String scan, Oracle.Events expected) {
    SectorCounter counter = new SectorCounter(camera, false);
    Discriminators discriminators =
        Discriminators.of(
            camera, Corrections.NONE, Calibration.given(101, expected.thresholds(), null));
    List<CountedSector> sectors = new ArrayList<>();
    for (String file : Oracle.files(scan, "data_", ".data.gz")) {
      int module = Integer.parseInt(file.replaceAll(".*_module(\\d+)_.*", "$1"));
      ByteBuffer records = Oracle.unzip(file);
      while (records.hasRemaining()) {
        SectorHeader header =
            new SectorHeader()
                .set(
                    records.getInt(),
                    records.getInt(),
                    records.getShort(),
                    records.getShort(),
                    records.getShort(),
                    records.getShort(),
                    0,
                    module);
        byte[] pixels = new byte[camera.sectorBytes()];
        records.get(pixels);
        CountedSector sector = new CountedSector();
        counter.count(header, pixels, discriminators, sector);
        sectors.add(sector);
      }
    }
    return sectors;
  }
}
