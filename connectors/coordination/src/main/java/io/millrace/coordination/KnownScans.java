package io.millrace.coordination;

import io.millrace.detector.ScanKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scans of a session as they are known here: a copy that ZooKeeper keeps up to date, for those
 * whom data pass through. While ZooKeeper is away, the copy holds as it is.
 *
 * <p>The copy is some milliseconds old. A scan's first message may be faster than the news of the
 * scan, so whoever does not find it here can {@linkplain #ask ask}.
 */
public final class KnownScans implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KnownScans.class);

  private final ZooKeeperConnection zooKeeper;
  private final String folder;
  private final String underWay;
  private final CuratorCache cache;

  /** Of each number the scan that began last. */
  private final Map<Long, Scan> byNumber = new ConcurrentHashMap<>();

  private final AtomicInteger generation = new AtomicInteger();

  /** Begins to watch the scans of a session. */
  public KnownScans(ZooKeeperConnection zooKeeper, String session) {
    this.zooKeeper = zooKeeper;
    this.folder = Scans.folder(Session.requireName(session));
    this.underWay = Scans.underWayFolder(session);
    cache = CuratorCache.build(zooKeeper.client(), folder);
    cache
        .listenable()
        .addListener(
            CuratorCacheListener.builder()
                .forCreatesAndChanges((old, node) -> remember(node))
                .forDeletes(this::forget)
                .build());
    cache.start();
  }

  /**
   * What is known of a number: its scan under way, or else the last one that ended. Never waits.
   */
  public Optional<Scan> find(long number) {
    return Optional.ofNullable(byNumber.get(number));
  }

  /** The last generation of scan numbers that is known, see {@link ScanKey}. Never waits. */
  public int generation() {
    return generation.get();
  }

  /**
   * Asks ZooKeeper about a number, and so sees each scan that was begun before the call.
   *
   * @param timeout how long to wait for the answer; a ZooKeeper that is away is not waited for
   * @return what is known then
   */
  public Optional<Scan> ask(long number, Duration timeout) {
    if (!zooKeeper.isConnected()) {
      return find(number);
    }
    try {
      // A server of an ensemble may be behind the others; sync brings it up to date.
      read(underWay + "/" + number, true)
          .thenCompose(
              id ->
                  id == null
                      ? CompletableFuture.completedFuture(null)
                      : read(folder + "/" + new String(id, StandardCharsets.UTF_8), false))
          .thenAccept(
              content -> {
                if (content != null) {
                  remember(content);
                }
              })
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn(
          "ZooKeeper at {} does not tell now whether scan {} is under way: {}",
          zooKeeper.address(),
          number,
          e.toString());
    }
    return find(number);
  }

  /** The content of a node; null if there is no such node. */
  private CompletableFuture<byte[]> read(String path, boolean upToDate) {
    CompletableFuture<byte[]> content = new CompletableFuture<>();
    CuratorFramework client = zooKeeper.client();
    try {
      if (upToDate) {
        client.sync().inBackground().forPath(path);
      }
      // Answers come in the order of the requests.
      client.getData().inBackground((c, answer) -> complete(content, answer)).forPath(path);
    } catch (Exception e) {
      content.completeExceptionally(e);
    }
    return content;
  }

  private static void complete(CompletableFuture<byte[]> content, CuratorEvent answer) {
    Code code = Code.get(answer.getResultCode());
    if (code == Code.OK || code == Code.NONODE) {
      content.complete(answer.getData());
    } else {
      content.completeExceptionally(KeeperException.create(code, answer.getPath()));
    }
  }

  private void remember(ChildData node) {
    if (!node.getPath().equals(folder)) {
      remember(node.getData());
    }
  }

  private void remember(byte[] content) {
    try {
      Scan scan = Scan.read(content);
      byNumber.merge(scan.number(), scan, KnownScans::later);
      generation.accumulateAndGet(scan.generation(), Math::max);
    } catch (IOException e) {
      LOG.error("A scan in {} cannot be read, and is left out", folder, e);
    }
  }

  /**
   * News of one scan come in order, but for an answer that overtakes them. Of two scans the one
   * with the larger key began later, when the other had ended.
   */
  private static Scan later(Scan known, Scan news) {
    if (known.id().equals(news.id())) {
      return known.hasEnded() ? known : news;
    }
    return news.key() < known.key() ? known : news;
  }

  private void forget(ChildData node) {
    String id = node.getPath().substring(folder.length() + 1);
    byNumber.values().removeIf(scan -> scan.id().equals(id));
  }

  @Override
  public void close() {
    cache.close();
  }
}
