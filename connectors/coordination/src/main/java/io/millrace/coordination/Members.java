package io.millrace.coordination;

import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All members that are there now, as ZooKeeper tells: {@code /millrace/members}. */
public final class Members implements AutoCloseable {
  static final String FOLDER = ZooKeeperConnection.ROOT + "/members";

  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(Members.class);

  private final Map<String, Member> byPath = new ConcurrentHashMap<>();
  private final CuratorCache cache;
  private final CountDownLatch complete = new CountDownLatch(1);

  /** Begins to watch. */
  public Members(ZooKeeperConnection zooKeeper) {
    cache = CuratorCache.build(zooKeeper.client(), FOLDER);
    cache
        .listenable()
        .addListener(
            CuratorCacheListener.builder()
                .forCreatesAndChanges((old, node) -> remember(node))
                .forDeletes(node -> forget(node))
                .forInitialized(complete::countDown)
                .build());
    cache.start();
  }

  private void remember(ChildData node) {
    if (node.getPath().equals(FOLDER)) {
      return;
    }
    try {
      Member member = Member.read(node.getData());
      synchronized (this) {
        byPath.put(node.getPath(), member);
        notifyAll();
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.error("The member at {} cannot be read, and is left out", node.getPath(), e);
    }
  }

  private synchronized void forget(ChildData node) {
    byPath.remove(node.getPath());
    notifyAll();
  }

  /**
   * Waits until all that are there when this is called are known.
   *
   * @return false if ZooKeeper has not told within the time
   */
  public boolean awaitAll(Duration timeout) throws InterruptedException {
    return complete.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** All, by session, role and name. Never waits. */
  public List<Member> all() {
    return byPath.values().stream()
        .sorted(
            Comparator.comparing((Member m) -> m.session() == null ? "" : m.session())
                .thenComparing(Member::role)
                .thenComparing(Member::name)
                .thenComparing(Member::id))
        .toList();
  }

  /** Those of one role in a session; the one that started last comes first. Never waits. */
  public List<Member> of(String session, Role role) {
    return byPath.values().stream()
        .filter(m -> m.role() == role && session.equals(m.session()))
        .sorted(Comparator.comparing(Member::started).reversed())
        .toList();
  }

  /**
   * Waits until a session has a member of a role that has begun and has not failed: one that starts
   * may find that another one has its ports.
   *
   * @param waiting told every few seconds what is waited for
   * @return the one that started last
   * @throws IOException if there is none within the time
   */
  public Member await(String session, Role role, Duration timeout, Consumer<String> waiting)
      throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    long report = System.nanoTime() + REPORT_INTERVAL.toNanos();
    try {
      synchronized (this) {
        while (true) {
          Optional<Member> found =
              of(session, role).stream().filter(m -> m.state().isAtWork()).findFirst();
          if (found.isPresent()) {
            return found.get();
          }
          long now = System.nanoTime();
          if (now - deadline >= 0) {
            throw new IOException(
                "session %s has no %s within %d s; start one, or see that it has the same session and ZooKeeper"
                    .formatted(session, role, timeout.toSeconds()));
          }
          if (now - report >= 0) {
            report = now + REPORT_INTERVAL.toNanos();
            waiting.accept(
                "waiting for the %s of session %s, for %d s more"
                    .formatted(role, session, TimeUnit.NANOSECONDS.toSeconds(deadline - now)));
          }
          wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(Math.min(deadline, report) - now)));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the %s".formatted(role), e);
    }
  }

  @Override
  public void close() {
    cache.close();
  }
}
