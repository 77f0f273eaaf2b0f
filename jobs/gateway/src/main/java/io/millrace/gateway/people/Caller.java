package io.millrace.gateway.people;

import io.javalin.http.Context;
import io.javalin.websocket.WsContext;
import java.util.function.BooleanSupplier;

/**
 * Whom a request comes from.
 *
 * @param name of the account; empty for {@link Role#ANYONE}
 * @param role that the request has: the account's, or less with a token of a narrower scope
 */
public record Caller(String name, Role role) {
  /** Without a name. */
  public static final Caller NOBODY = new Caller("", Role.ANYONE);

  private static final String ATTRIBUTE = "millrace.caller";
  private static final String STANDING = "millrace.standing";

  /** Whom a request comes from; {@link #NOBODY} before anybody has looked. */
  public static Caller of(Context request) {
    Caller caller = request.attribute(ATTRIBUTE);
    return caller == null ? NOBODY : caller;
  }

  /** Whether who has opened a web socket may still have it: logins end, and tokens are revoked. */
  public static BooleanSupplier standing(WsContext socket) {
    BooleanSupplier standing = socket.attribute(STANDING);
    return standing == null ? () -> true : standing;
  }

  static void noteStanding(Context upgrade, BooleanSupplier standing) {
    upgrade.attribute(STANDING, standing);
  }

  /** Notes it for whoever answers the request. */
  void noteIn(Context request) {
    request.attribute(ATTRIBUTE, this);
  }
}
