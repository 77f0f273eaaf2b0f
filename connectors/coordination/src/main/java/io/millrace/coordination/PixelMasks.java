package io.millrace.coordination;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hot pixels that one session masks: published when a scan ends, and in force for each scan
 * that is calibrated from then on.
 *
 * <p>A mask is a node {@code /millrace/sessions/SESSION/hot-pixels/SCAN} with the pixels' flat
 * indices as a JSON array. It is written once. The one that was written last holds.
 */
public final class PixelMasks implements AutoCloseable {
  /** More pixels than this are not masked: 3 % of the camera; a node can hold ten times that. */
  public static final int MAX_PIXELS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(PixelMasks.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Mask(long transaction, List<Integer> pixels) {}

  private final String address;
  private volatile Mask latest = new Mask(Long.MIN_VALUE, List.of());
  private final SessionFolder folder;

  /**
   * Connects to ZooKeeper.
   *
   * @param address ZooKeeper's connect string, such as {@code localhost:2181}
   * @param session name of the session; letters, digits, dots, dashes and underscores
   * @param timeout how long to wait for the connection
   * @throws IOException if there is no ZooKeeper within that time
   */
  public PixelMasks(String address, String session, Duration timeout) throws IOException {
    this.address = address;
    this.folder = new SessionFolder(address, session, "hot-pixels", timeout, this::remember);
  }

  /** The pixels to mask, ascending; none before the session's first mask is seen. Never waits. */
  public List<Integer> latest() {
    return latest.pixels();
  }

  /**
   * Publishes the mask that holds from now on.
   *
   * @param scan the scan that has ended with it
   * @param pixels flat indices, ascending, at most {@link #MAX_PIXELS}
   * @throws IOException if the scan has a mask already, or ZooKeeper cannot be reached, after
   *     retries
   */
  public void publish(long scan, List<Integer> pixels) throws IOException {
    if (pixels.size() > MAX_PIXELS) {
      throw new IllegalArgumentException(
          "a mask has at most %,d pixels, not %,d".formatted(MAX_PIXELS, pixels.size()));
    }
    try {
      folder.client().create().forPath(folder.path() + "/" + scan, JSON.writeValueAsBytes(pixels));
    } catch (Exception e) {
      throw new IOException(
          "the hot pixels of scan %d could not be written to ZooKeeper at %s"
              .formatted(scan, address),
          e);
    }
  }

  /** One after the other, but after a reconnection not in the order in which they were written. */
  private void remember(ChildData node) {
    try {
      long transaction = node.getStat().getCzxid();
      if (transaction > latest.transaction()) {
        latest = new Mask(transaction, JSON.readValue(node.getData(), new TypeReference<>() {}));
      }
    } catch (IOException e) {
      LOG.error("The hot pixels at {} are not valid, and are not masked", node.getPath(), e);
    }
  }

  @Override
  public void close() {
    folder.close();
  }
}
