package io.millrace.gateway;

import io.javalin.config.JavalinState;
import io.javalin.websocket.WsHandlerType;
import io.millrace.gateway.people.Role;
import io.millrace.gateway.server.Routes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The routes that areas really register: so that no test has a list of its own. */
final class RegisteredRoutes {
  /**
   * A route.
   *
   * @param method of HTTP, or WS for a web socket
   * @param roles that it names
   */
  record Route(String method, String path, Set<?> roles) {
    Role role() {
      return (Role) roles.iterator().next();
    }
  }

  private RegisteredRoutes() {}

  static List<Route> of(List<Routes> areas) {
    List<Route> routes = new ArrayList<>();
    JavalinState state = new JavalinState();
    state.events.handlerAdded(
        handler -> {
          if (handler.getHttpMethod().isHttpMethod()) {
            routes.add(
                new Route(handler.getHttpMethod().name(), handler.getPath(), handler.getRoles()));
          }
        });
    state.events.wsHandlerAdded(
        handler -> {
          if (handler.getHandlerType() == WsHandlerType.WEBSOCKET) {
            routes.add(new Route("WS", handler.getPath(), handler.getRoles()));
          }
        });
    areas.forEach(area -> area.addTo(state.routes));
    return routes;
  }
}
