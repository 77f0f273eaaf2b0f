package io.millrace.gateway.people;

import com.fasterxml.jackson.annotation.JsonValue;
import io.javalin.security.RouteRole;
import io.millrace.gateway.server.ApiException;
import java.util.Locale;

/**
 * Who may do what: each may all that those before it may. A route names the least that it takes.
 */
public enum Role implements RouteRole {
  /** Whoever reaches the gateway, without a name: to log in, and to see that it is there. */
  ANYONE,
  /** Sees everything that is measured. */
  VIEWER,
  /** Starts and ends sessions, and writes notes. */
  OPERATOR,
  /** Makes accounts, and reads the audit log. */
  ADMIN;

  /**
   * Whether this is enough for what takes another.
   *
   * @param least that it takes
   */
  public boolean includes(Role least) {
    return compareTo(least) >= 0;
  }

  /** The one of both that may less. */
  Role least(Role other) {
    return includes(other) ? other : this;
  }

  /** As people write it: {@code viewer}. */
  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * One that an account can have.
   *
   * @throws ApiException if there is none of that name
   */
  static Role ofAccount(String word) {
    for (Role role : values()) {
      if (role != ANYONE && role.word().equals(word)) {
        return role;
      }
    }
    throw new ApiException(400, "bad-value", "a role is viewer, operator or admin");
  }
}
