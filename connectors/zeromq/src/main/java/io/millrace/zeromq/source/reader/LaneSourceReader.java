package io.millrace.zeromq.source.reader;

import io.millrace.coordination.SessionAddress;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.LaneRecord;
import io.millrace.sockets.CurveKeys;
import io.millrace.zeromq.source.ZeroMqSourceOptions;
import io.millrace.zeromq.source.enumerator.DrainEvent;
import io.millrace.zeromq.source.split.LanePosition.Heard;
import io.millrace.zeromq.source.split.LaneSplit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.annotation.Nullable;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.SourceReaderBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task's side of its lanes. The threads of the lanes own the sockets; this emits what they hand
 * over.
 */
@Internal
@SuppressWarnings("try") // Flink's readers may be interrupted when they close
public final class LaneSourceReader
    extends SourceReaderBase<LaneRecord, LaneRecord, LaneSplit, LaneState> {
  private static final Logger LOG = LoggerFactory.getLogger(LaneSourceReader.class);

  private final AtomicBoolean draining;
  private final @Nullable SessionNews news;
  private final Optional<CurveKeys> keys;
  private final boolean acknowledgesCheckpoints;

  /** By lane; asked by the lanes' threads, too. */
  private final Map<Integer, LaneVoice> voices;

  /**
   * The lanes as checkpoints have them that are not complete yet, those that have ended included.
   */
  private final TreeMap<Long, List<LaneSplit>> snapshots = new TreeMap<>();

  /** Lanes that have ended: the last sectors are acknowledged after that. */
  private final List<LaneState> ended = new ArrayList<>();

  private LaneSourceReader(
      LaneFetcherManager fetchers,
      SourceReaderContext context,
      AtomicBoolean draining,
      @Nullable SessionNews news,
      Optional<CurveKeys> keys,
      boolean acknowledgesCheckpoints,
      Map<Integer, LaneVoice> voices) {
    super(
        fetchers,
        new LaneRecordEmitter(context.metricGroup()),
        context.getConfiguration(),
        context);
    this.draining = draining;
    this.news = news;
    this.keys = keys;
    this.acknowledgesCheckpoints = acknowledgesCheckpoints;
    this.voices = voices;
  }

  /**
   * A reader that waits for its lanes.
   *
   * @throws IOException if it has a session, and ZooKeeper is not there in time
   */
  public static LaneSourceReader create(
      SourceReaderContext context,
      DetectorDescription detector,
      Set<Long> scans,
      int boundedAfter,
      Configuration options,
      @Nullable SessionAddress session,
      Optional<CurveKeys> keys)
      throws IOException {
    AtomicBoolean draining = new AtomicBoolean();
    SessionNews news = session == null ? null : new SessionNews(session);
    Map<Integer, LaneVoice> voices = new ConcurrentHashMap<>();
    return new LaneSourceReader(
        new LaneFetcherManager(
            () ->
                new LaneSplitReader(
                    context.metricGroup(),
                    detector,
                    scans,
                    boundedAfter,
                    options,
                    draining::get,
                    session,
                    keys,
                    position -> news == null ? ScanKeys.numbers() : news.keys(position),
                    voices::get,
                    System::nanoTime),
            context.getConfiguration()),
        context,
        draining,
        news,
        keys,
        options.get(ZeroMqSourceOptions.ACKNOWLEDGE_CHECKPOINTS),
        voices);
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    if (event instanceof DrainEvent) {
      LOG.info("The session is drained: lanes end when no scan is under way");
      draining.set(true);
    } else {
      super.handleSourceEvents(event);
    }
  }

  @Override
  public void close() throws Exception {
    try {
      super.close();
    } finally {
      voices.values().forEach(LaneVoice::close);
      if (news != null) {
        news.close();
      }
    }
  }

  @Override
  public List<LaneSplit> snapshotState(long checkpointId) {
    List<LaneSplit> lanes = super.snapshotState(checkpointId);
    List<LaneSplit> all = new ArrayList<>(lanes);
    ended.forEach(lane -> all.add(lane.split()));
    snapshots.put(checkpointId, all);
    return lanes;
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    List<LaneSplit> lanes = snapshots.get(checkpointId);
    if (lanes != null && acknowledgesCheckpoints) {
      lanes.forEach(this::acknowledge);
    }
    snapshots.headMap(checkpointId, true).clear();
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    super.notifyCheckpointAborted(checkpointId);
    snapshots.remove(checkpointId);
  }

  private void acknowledge(LaneSplit lane) {
    for (int m = 0; m < lane.endpoints().size(); m++) {
      Heard heard = lane.position().heard(m);
      voices.get(lane.lane()).acknowledge(m, heard.sender(), heard.finished());
    }
  }

  @Override
  protected void onSplitFinished(Map<String, LaneState> finished) {
    ended.addAll(finished.values());
  }

  @Override
  protected LaneState initializedState(LaneSplit split) {
    // Of two readers, the later has the higher one, also if it runs where the clock is behind.
    long epoch = Math.max(System.currentTimeMillis(), split.position().epoch() + 1);
    LaneVoice voice = new LaneVoice(split, epoch, keys);
    voices.put(split.lane(), voice);
    LaneState[] state = new LaneState[1];
    state[0] =
        new LaneState(
            split,
            epoch,
            acknowledgesCheckpoints ? module -> {} : module -> state[0].acknowledge(module, voice));
    return state[0];
  }

  @Override
  protected LaneSplit toSplitType(String splitId, LaneState state) {
    return state.split();
  }
}
