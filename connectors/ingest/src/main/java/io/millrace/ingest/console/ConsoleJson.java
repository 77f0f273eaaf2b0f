package io.millrace.ingest.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.millrace.coordination.Member;
import io.millrace.coordination.Scan;
import io.millrace.coordination.Session;
import java.util.List;

/**
 * What the commands print for programs: one object on one line. Sessions, members and scans are as
 * docs/COORDINATION.md has them; times are ISO 8601 in UTC.
 */
final class ConsoleJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  private ConsoleJson() {}

  /** A status; a member has its {@code id} and its {@code rates}, per second, as well. */
  static String of(Status status) {
    ObjectNode all = MAPPER.createObjectNode();
    all.put("at", status.at().toString());
    all.put("zookeeper", status.zooKeeper());
    all.put("answers", status.answers());
    all.put("well", status.isWell());
    Look look = status.look();
    if (look != null) {
      all.put("seen", look.at().toString());
      all.set("sessions", MAPPER.valueToTree(look.sessions()));
      ArrayNode members = all.putArray("members");
      for (Member m : look.members()) {
        ObjectNode member = MAPPER.valueToTree(m);
        member.put("id", m.id());
        member.set("rates", MAPPER.valueToTree(status.rates().of(m)));
        members.add(member);
      }
      all.set("scans", MAPPER.valueToTree(StatusText.shown(look)));
    }
    all.set("problems", MAPPER.valueToTree(status.problems()));
    return write(all);
  }

  static String ofSessions(List<Session> sessions) {
    ObjectNode all = MAPPER.createObjectNode();
    all.set("sessions", MAPPER.valueToTree(sessions));
    return write(all);
  }

  static String ofScans(List<Scan> scans) {
    ObjectNode all = MAPPER.createObjectNode();
    all.set("scans", MAPPER.valueToTree(scans));
    return write(all);
  }

  static String of(Scan scan) {
    return write(MAPPER.valueToTree(scan));
  }

  private static String write(ObjectNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
