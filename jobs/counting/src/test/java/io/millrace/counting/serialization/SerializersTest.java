package io.millrace.counting.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.Centroids;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.IntList;
import io.millrace.detector.LaneReport;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanNotice;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import io.millrace.detector.SectorDrop;
import io.millrace.detector.SectorPlacement;
import io.millrace.detector.Thresholds;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRing;
import io.millrace.detector.live.LiveRows;
import io.millrace.hdf5.WholeFile;
import io.millrace.operators.assembly.FrameBlock;
import io.millrace.operators.assembly.SeamResolver;
import io.millrace.operators.calibration.PixelHistogram;
import io.millrace.operators.calibration.SectorHistogram;
import io.millrace.operators.hotpixels.HotPixelSearch;
import io.millrace.operators.images.DpcPhase;
import io.millrace.operators.images.ScanCoverage;
import io.millrace.operators.images.ScanImages;
import io.millrace.operators.images.VirtualDetector;
import io.millrace.operators.ledger.OpenScan;
import io.millrace.operators.ledger.ScanAccount;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records go through Flink's own serializers, as a job with our registration has them. */
class SerializersTest {
  private static final long U32 = 0xffff_ffffL;
  private static final int U16 = 0xffff;

  private static final DetectorDescription DETECTOR =
      new DetectorDescription(
          "bands",
          32,
          16,
          IntStream.range(0, 8).mapToObj(m -> new SectorPlacement(4 * m, 0, 4, 16)).toList());

  private static <T> TypeSerializer<T> serializer(Class<T> type) {
    Configuration configuration = new Configuration();
    Serializers.register(configuration);
    SerializerConfig registered =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration)
            .getConfig()
            .getSerializerConfig();
    return Types.GENERIC(type).createSerializer(registered);
  }

  /** Two records in a row, so that one that reads too much or too little is noticed. */
  private static <T> T roundTrip(Class<T> type, T record) throws IOException {
    TypeSerializer<T> serializer = serializer(type);
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer.serialize(record, out);
    serializer.serialize(record, out);
    DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
    serializer.deserialize(in);
    T second = serializer.deserialize(in);
    assertThat(in.available()).isZero();
    return second;
  }

  private static void assertSame(Object read, Object written, String as) {
    assertThat(read)
        .as(as)
        .isNotSameAs(written)
        .usingRecursiveComparison()
        .withStrictTypeChecking()
        .withEqualsForType(Arrays::equals, int[].class)
        .withEqualsForType(Arrays::equals, float[].class)
        .withEqualsForType(Arrays::equals, double[].class)
        .withEqualsForType(Arrays::equals, long[].class)
        .isEqualTo(written);
  }

  @Test
  void kryoTakesTheSerializerThatIsRegisteredForEachRecord() {
    Serializers.BY_TYPE.forEach(
        (type, registered) ->
            assertThat(((KryoSerializer<?>) serializer(type)).getKryo().getSerializer(type))
                .as(type.getName())
                .isExactlyInstanceOf(registered));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 300, 200_000})
  void countedSectors(int size) throws IOException {
    for (long seed = 0; seed < 5; seed++) {
      CountedSector sector = sector(new Random(seed), size);
      // A copy has no spare memory, nor has what is read.
      assertSame(roundTrip(CountedSector.class, sector), sector.copy(), "seed " + seed);
      assertSame(serializer(CountedSector.class).copy(sector), sector.copy(), "seed " + seed);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 300, 200_000})
  void countedFrames(int size) throws IOException {
    for (long seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      CountedFrame frame =
          new CountedFrame(
              ascending(random, size), random.nextBoolean() ? centroids(random, size) : none());
      frame.scan = u32(random);
      frame.frame = u32(random);
      frame.width = u16(random);
      frame.height = u16(random);
      frame.x = u16(random);
      frame.y = u16(random);
      frame.mask = random.nextInt(256);
      assertSame(roundTrip(ScanRecord.class, frame), frame, "seed " + seed);
      // Spare memory, and what was there before, is not part of the frame.
      CountedFrame used =
          new CountedFrame(ascending(random, size + 7), centroids(random, size + 9));
      used.events.setSize(size);
      used.centroids.clear();
      used.centroids.add(frame.centroids, 0, frame.centroids.size());
      CountedFrame read = (CountedFrame) roundTrip(ScanRecord.class, used);
      assertThat(read.events).as("seed " + seed).isEqualTo(used.events);
      assertThat(read.centroids.array()).as("seed " + seed).isEqualTo(frame.centroids.array());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 128, 331_776})
  void sectorHistograms(int pixels) throws IOException {
    for (long seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      byte[] bytes = new byte[2 * pixels];
      random.nextBytes(bytes);
      PixelHistogram histogram = new PixelHistogram();
      histogram.add(bytes);
      SectorHistogram sector =
          new SectorHistogram(u32(random), u32(random), u16(random), histogram);
      SectorHistogram read = roundTrip(SectorHistogram.class, sector);
      assertSame(read, sector, "seed " + seed);
      assertThat(read.histogram().pixels()).as("seed " + seed).isEqualTo(pixels);
    }
  }

  @Test
  void blocksWithPendingSectorsAndIncompleteMasks() throws IOException {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      FrameBlock block = new FrameBlock(DETECTOR.modules());
      assertSame(roundTrip(FrameBlock.class, block), block, "an empty block");

      offer(block, random, random.nextInt(100), 0);
      assertSame(roundTrip(FrameBlock.class, block), block, "pending, seed " + seed);

      block.flush(new SeamResolver(DETECTOR, true), new CountedFrame(), frame -> {});
      assertSame(roundTrip(FrameBlock.class, block), block, "masks, seed " + seed);

      offer(block, random, random.nextInt(100), 32);
      FrameBlock read = roundTrip(FrameBlock.class, block);
      assertSame(read, block, "both, seed " + seed);
      assertThat(read.pending()).as("seed " + seed).hasSameSizeAs(block.pending());
    }
  }

  @Test
  void aCopiedBlockIsIndependent() {
    Random random = new Random(1);
    FrameBlock block = new FrameBlock(DETECTOR.modules());
    offer(block, random, 40, 0);
    block.flush(new SeamResolver(DETECTOR, true), new CountedFrame(), frame -> {});
    offer(block, random, 10, 32);
    FrameBlock copy = serializer(FrameBlock.class).copy(block);
    assertSame(copy, block, "copy");

    List<CountedSector> pending = copy.pending();
    byte[] masks = copy.incompleteMasks().clone();
    offer(block, random, 100, 32);
    block.flush(new SeamResolver(DETECTOR, true), new CountedFrame(), frame -> {});
    assertThat(copy.pending()).isEqualTo(pending).isNotEmpty();
    assertThat(copy.incompleteMasks()).isEqualTo(masks);
  }

  /** Offers sectors of random frames of the last block that a scan can have. */
  private static void offer(FrameBlock block, Random random, int sectors, int fromSlot) {
    for (int i = 0; i < sectors; i++) {
      int slot = fromSlot + random.nextInt(FrameBlock.FRAMES - fromSlot);
      // As it comes off the network: without spare memory.
      CountedSector sector = small(random).copy();
      long frame = U32 - U32 % FrameBlock.FRAMES + slot;
      // One module never sends, so no frame is complete.
      sector.header.set(U32, frame, U16, U16, slot, 7, 3, random.nextInt(7));
      block.offer(sector);
    }
  }

  /** A sector whose events lie in the detector's frame. */
  private static CountedSector small(Random random) {
    CountedSector sector = new CountedSector();
    IntStream.range(0, DETECTOR.pixels())
        .filter(pixel -> random.nextInt(40) == 0)
        .forEach(sector.events::add);
    int n = sector.events.size();
    sector.centroids.add(centroids(random, n), 0, n);
    int pixel = random.nextInt(DETECTOR.pixels());
    sector.borderEvents.add(pixel);
    sector.addHalo(pixel, random.nextInt(U16));
    return sector;
  }

  /** A sender that repeats a scan makes a drop of each sector, so they are short. */
  @ParameterizedTest
  @EnumSource
  void sectorDrops(DropReason reason) throws IOException {
    for (long scan : new long[] {0, 1, 127, 128, U32}) {
      SectorDrop drop = new SectorDrop(scan, reason);
      assertThat(roundTrip(ScanNotice.class, drop)).isEqualTo(drop);
      Output out = new Output(64, -1);
      new SectorDropSerializer().write(new Kryo(), out, drop);
      assertThat(out.position()).as("bytes of %s", drop).isLessThanOrEqualTo(32);
      try (Input in = new Input(out.toBytes())) {
        assertThat(new SectorDropSerializer().read(new Kryo(), in, SectorDrop.class))
            .isEqualTo(drop);
        assertThat(in.available()).isZero();
      }
    }
  }

  private static Stream<Object> rareRecords() {
    Drops drops = new Drops();
    drops.add(DropReason.LATE, 3);
    drops.add(DropReason.FOREIGN_SCAN, Long.MAX_VALUE);
    Calibration fitted =
        Calibration.fitted(
            U32,
            new Thresholds(-1.5, 1e9),
            new Calibration.Fit(
                4.5, 175, 20, 19, 99, 0, 65_535, 12.5, 9, 3, 0, 77, 50, 12, 2.9, 0.01, 7));
    Instant start = Instant.parse("2026-02-03T04:05:06.789Z");
    return Stream.of(
        new LaneReport(U32, 3, 4_000_000_000L, 4_000_000_001L, false, drops),
        new SectorDrop(0, DropReason.DUPLICATE),
        Calibration.given(7, new Thresholds(1, 2), 20.5).masking(List.of(4, 331_775)),
        fitted,
        new CalibrationFailure(U32, "all pixels have the same value"),
        new SampleHistogram(U32, 65_534, new long[] {1, Long.MAX_VALUE}),
        new ScanImage(
            U32,
            "com_x",
            "what it shows",
            ScanImage.Axes.SCAN,
            2,
            3,
            false,
            new double[] {1, 2, Double.NaN, -4, 0.5, 6}),
        new HotPixelList(U32, List.of(new HotPixelList.HotPixel(331_775, 0.25f))),
        new ScanReport(
            U32,
            new ScanGeometry(65_535, 1),
            2,
            1,
            2,
            3,
            new long[] {0, 1, 2, 3},
            9_000_000_000L,
            5,
            6,
            drops,
            ScanReport.EndedBy.LANE_TIMEOUT,
            start,
            start.plusSeconds(60),
            fitted));
  }

  @ParameterizedTest
  @MethodSource("rareRecords")
  void recordsThatComeOnceForAScan(Object record) throws IOException {
    Object read =
        record instanceof ScanNotice notice
            ? roundTrip(ScanNotice.class, notice)
            : roundTrip(ScanRecord.class, (ScanRecord) record);
    assertSame(read, record, record.toString());
  }

  private static Stream<LiveMessage> liveMessages() {
    ScanGeometry geometry = new ScanGeometry(2, 1);
    return Stream.of(
        new LiveRows(
            7,
            geometry,
            0,
            1,
            List.of(new LiveRing("all", 0, 99, 8, 8)),
            new int[] {15, 0},
            new int[] {2, 0},
            new int[][] {{1, 2}},
            new int[] {3, 4},
            new long[] {5, 6},
            new long[] {7, 8}),
        new LivePattern(7, geometry, 1, 2, 4, 1, 1, new int[] {0, 1}),
        new LiveEvents(
            7, geometry, 1, 2, new int[] {1}, new int[] {15}, new int[] {1}, new int[] {0}),
        new LiveEnd(7, geometry, 1, 0, 1, new long[4], "announced"));
  }

  /** Only if somebody breaks the chain. */
  @ParameterizedTest
  @MethodSource("liveMessages")
  void liveMessagesCouldTravel(LiveMessage message) throws IOException {
    assertSame(roundTrip(LiveMessage.class, message), message, message.toString());
  }

  /** What tasks keep of a scan that is under way, and what waits for the next checkpoint. */
  private static Stream<Object> states() {
    CountedFrame frame = new CountedFrame(IntList.of(1, 77, 78));
    frame.scan = 7;
    frame.width = 3;
    frame.height = 2;
    frame.x = 2;
    frame.mask = 0b101;
    ScanAccount account = new ScanAccount(DETECTOR, 2, Instant.EPOCH);
    account.add(frame);
    account.add(DropReason.LATE);
    ScanImages images =
        new ScanImages(
            DETECTOR,
            List.of(new VirtualDetector("all", 0, 99, 8, 8)),
            new DpcPhase(30, true),
            7,
            new ScanGeometry(3, 2));
    images.add(frame);
    HotPixelSearch search = new HotPixelSearch(DETECTOR, 7);
    search.add(frame);
    ScanReport report =
        rareRecords()
            .filter(ScanReport.class::isInstance)
            .map(ScanReport.class::cast)
            .findFirst()
            .orElseThrow();
    ScanCoverage coverage = new ScanCoverage(new ScanGeometry(3, 2));
    coverage.add(frame);
    return Stream.of(
        new OpenScan(account),
        images,
        coverage,
        search,
        new WholeFile(
            report,
            new LinkedHashMap<>(Map.of("a.part", "a.h5")),
            new ArrayList<>(List.of("b.part"))));
  }

  @ParameterizedTest
  @MethodSource("states")
  void statesOfAScan(Object state) throws IOException {
    @SuppressWarnings("unchecked")
    Class<Object> type = (Class<Object>) state.getClass();
    assertSame(used(roundTrip(type, state)), used(state), state.toString());
    assertSame(serializer(type).copy(state), state, state.toString());
  }

  /** Images as they are when another frame has come: they find out anew what is not written. */
  private static Object used(Object state) {
    if (state instanceof ScanImages images) {
      CountedFrame frame = new CountedFrame(IntList.of(5));
      frame.scan = 7;
      frame.width = 3;
      frame.height = 2;
      images.add(frame);
    }
    return state;
  }

  @Test
  void aCopyOfImagesIsIndependent() {
    ScanImages images =
        new ScanImages(DETECTOR, List.of(), new DpcPhase(0, false), 7, new ScanGeometry(1, 1));
    ScanImages copy = serializer(ScanImages.class).copy(images);
    CountedFrame frame = new CountedFrame(IntList.of(3));
    frame.scan = 7;
    frame.width = 1;
    frame.height = 1;
    images.add(frame);
    assertThat(copy.images().get(0).values()).containsExactly(0);
    assertThat(images.images().get(0).values()).containsExactly(1);
  }

  @Test
  void noRecordIsLeftUntested() {
    List<Class<?>> tested =
        new ArrayList<>(
            List.of(
                CountedSector.class, CountedFrame.class, SectorHistogram.class, FrameBlock.class));
    states().map(Object::getClass).forEach(tested::add);
    rareRecords().map(Object::getClass).distinct().forEach(tested::add);
    liveMessages().map(Object::getClass).forEach(tested::add);
    assertThat(Serializers.BY_TYPE.keySet()).containsExactlyInAnyOrderElementsOf(tested);
  }

  private static CountedSector sector(Random random, int size) {
    CountedSector sector =
        new CountedSector(
            ascending(random, size),
            ascending(random, size / 3),
            new IntList(0),
            new float[0],
            random.nextBoolean() ? centroids(random, size) : none());
    for (int i = 0; i < size / 2; i++) {
      sector.addHalo(random.nextInt(), random.nextFloat() * U16);
    }
    sector.header.set(
        u32(random),
        u32(random),
        u16(random),
        u16(random),
        u16(random),
        u16(random),
        u16(random),
        u16(random));
    return sector;
  }

  /** Values that tell their place, so that a lost or shifted one is noticed. */
  private static Centroids centroids(Random random, int size) {
    Centroids centroids = new Centroids(size);
    for (int i = 0; i < size; i++) {
      centroids.add(i + random.nextFloat(), -i - random.nextFloat(), random.nextFloat(1e6f, 2e6f));
    }
    return centroids;
  }

  private static Centroids none() {
    return new Centroids(0);
  }

  private static IntList ascending(Random random, int size) {
    return IntList.of(random.ints(size, 0, Integer.MAX_VALUE).sorted().toArray());
  }

  /** Often one of the ends of the range. */
  private static long u32(Random random) {
    return random.nextBoolean() ? random.nextInt() & U32 : random.nextBoolean() ? U32 : 0;
  }

  private static int u16(Random random) {
    return random.nextBoolean() ? random.nextInt(U16 + 1) : random.nextBoolean() ? U16 : 0;
  }
}
