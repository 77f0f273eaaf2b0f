package io.millrace.gateway.people;

import io.millrace.coordination.DaemonThreads;
import io.millrace.gateway.server.Routes;
import io.millrace.gateway.store.Database;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that the gateway knows of people, put together. */
public final class People implements AutoCloseable {
  private static final String FIRST = "admin";
  private static final Logger LOG = LoggerFactory.getLogger(People.class);

  private final Accounts accounts;
  private final Passwords passwords;
  private final Clock clock;
  private final List<Routes> routes;
  private final AuditLog audit;
  private final ScheduledExecutorService daily =
      Executors.newSingleThreadScheduledExecutor(new DaemonThreads("audit-log"));

  /** Rounds of a password's hash, as a power of 2: about a quarter of a second. */
  public static final int USUAL_COST = 12;

  /**
   * @param behindProxy whether a proxy says where requests come from
   * @param cost of a password's hash: {@link #USUAL_COST}, or less in tests, which have no time for
   *     it
   */
  public People(
      Database database, Clock clock, boolean behindProxy, PrometheusRegistry registry, int cost) {
    this.clock = clock;
    accounts = new Accounts(database);
    passwords = new Passwords(cost);
    Logins logins = new Logins(database, clock);
    Tokens tokens = new Tokens(database, clock);
    audit = new AuditLog(database, clock);
    routes =
        List.of(
            new Access(logins, tokens, audit, behindProxy, registry),
            new PeopleRoutes(
                accounts,
                passwords,
                logins,
                tokens,
                new LoginLimit(clock),
                audit,
                clock,
                behindProxy));
  }

  /**
   * Begins to remove old entries of the audit log, once a day.
   *
   * @param auditDays how long they are kept, at least 1
   */
  public void keepAudit(int auditDays) {
    daily.scheduleWithFixedDelay(
        () -> {
          try {
            int removed = audit.removeOlder(Duration.ofDays(auditDays));
            LOG.info("{} entries of the audit log were older than {} days", removed, auditDays);
          } catch (RuntimeException e) { // The next day is another one.
            LOG.error("old entries of the audit log could not be removed", e);
          }
        },
        0,
        1,
        TimeUnit.DAYS);
  }

  @Override
  public void close() {
    daily.shutdownNow();
  }

  /** The door, before all others, and what people do about themselves. */
  public List<Routes> routes() {
    return routes;
  }

  /**
   * Makes the first account, if there is none.
   *
   * @return its password, once; it has to be changed at the first login
   */
  public Optional<String> first() {
    if (!accounts.isEmpty()) {
      return Optional.empty();
    }
    String password = Secrets.password();
    accounts.add(FIRST, Role.ADMIN, passwords.hash(password), clock.instant());
    return Optional.of(password);
  }
}
