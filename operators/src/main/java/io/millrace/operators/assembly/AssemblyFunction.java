package io.millrace.operators.assembly;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.ScanNotice;
import io.millrace.detector.SectorDrop;
import io.millrace.operators.Silence;
import io.millrace.operators.assembly.FrameBlock.Offer;
import java.time.Duration;
import java.util.Arrays;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Puts frames together, keyed by {@link #key block}. A frame leaves as soon as it is complete. An
 * incomplete one leaves when the scan has ended on all lanes (event time reaches the scan's key),
 * or when its block got nothing for the frame time-out, so that what is kept stays bounded.
 */
@PublicEvolving
public final class AssemblyFunction
    extends KeyedProcessFunction<Tuple2<Long, Integer>, CountedSector, CountedFrame> {
  /** The type of the {@link #key}. */
  public static final TypeInformation<Tuple2<Long, Integer>> KEY =
      Types.TUPLE(Types.LONG, Types.INT);

  /** Sectors that were not used. */
  public static final OutputTag<ScanNotice> DROPS =
      new OutputTag<>("dropped sectors", Types.GENERIC(ScanNotice.class));

  private final DetectorDescription detector;
  private final long frameTimeoutMillis;
  private final boolean centroids;

  private transient ValueState<FrameBlock> state;
  private transient ValueState<Long> lastActivity;
  private transient SeamResolver seams;
  private transient CountedFrame frame;
  private transient Counter[] drops;
  private transient Counter timedOut;

  /**
   * @param frameTimeout silence of a block after which its incomplete frames leave
   * @param centroids whether the sectors have centroids, and the frames shall have them
   */
  public AssemblyFunction(DetectorDescription detector, Duration frameTimeout, boolean centroids) {
    this.detector = detector;
    this.frameTimeoutMillis = frameTimeout.toMillis();
    this.centroids = centroids;
  }

  /** The key of a sector: its scan, and the block of 64 frames it belongs to. */
  public static KeySelector<CountedSector, Tuple2<Long, Integer>> key() {
    return sector ->
        Tuple2.of(sector.header.scan, Math.toIntExact(FrameBlock.of(sector.header.frame)));
  }

  @Override
  public void open(OpenContext context) {
    state =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("block", Types.GENERIC(FrameBlock.class)));
    lastActivity =
        getRuntimeContext().getState(new ValueStateDescriptor<>("last-activity", Types.LONG));
    seams = new SeamResolver(detector, centroids);
    frame = new CountedFrame();
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    MetricGroup dropped = metrics.addGroup("dropped");
    drops =
        Arrays.stream(DropReason.values())
            .map(reason -> dropped.counter(reason.label()))
            .toArray(Counter[]::new);
    timedOut = metrics.counter("framesTimedOut");
  }

  @Override
  public void processElement(CountedSector sector, Context context, Collector<CountedFrame> out)
      throws Exception {
    FrameBlock block = state.value();
    long now = context.timerService().currentProcessingTime();
    if (block == null) {
      block = new FrameBlock(detector.modules());
      context.timerService().registerEventTimeTimer(context.getCurrentKey().f0);
    }
    if (lastActivity.value() == null) {
      context.timerService().registerProcessingTimeTimer(now + frameTimeoutMillis);
    }
    lastActivity.update(now);
    Offer offer = block.offer(sector);
    if (offer == Offer.COMPLETE) {
      block.take(sector.header.frame, seams, frame);
      out.collect(frame);
    } else if (offer.reason() != null) {
      drops[offer.reason().ordinal()].inc();
      context.output(DROPS, new SectorDrop(sector.header.scan, offer.reason()));
    }
    state.update(block);
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<CountedFrame> out)
      throws Exception {
    FrameBlock block = state.value();
    if (block == null) {
      return;
    }
    if (context.timeDomain() == TimeDomain.EVENT_TIME) {
      block.flush(seams, frame, out::collect);
      state.clear();
      lastActivity.clear();
      return;
    }
    Long last = lastActivity.value();
    if (last == null) {
      return;
    }
    long now = context.timerService().currentProcessingTime();
    if (Silence.wasMissed(timestamp, now)) {
      last = now;
      lastActivity.update(now);
    }
    if (timestamp < last + frameTimeoutMillis) {
      context.timerService().registerProcessingTimeTimer(last + frameTimeoutMillis);
      return;
    }
    lastActivity.clear();
    block.flush(
        seams,
        frame,
        incomplete -> {
          timedOut.inc();
          out.collect(incomplete);
        });
    state.update(block);
  }
}
