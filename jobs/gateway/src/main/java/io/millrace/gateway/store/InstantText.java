package io.millrace.gateway.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.mapper.ColumnMapper;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * A time as a column of text, in UTC and to the millisecond, always with three digits behind the
 * second: so that texts sort as times do.
 */
final class InstantText {
  private static final DateTimeFormatter TEXT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private InstantText() {}

  /** Into the database. */
  static final class Argument extends AbstractArgumentFactory<Instant> {
    Argument() {
      super(Types.VARCHAR);
    }

    @Override
    protected org.jdbi.v3.core.argument.Argument build(Instant time, ConfigRegistry config) {
      return (position, statement, context) -> statement.setString(position, TEXT.format(time));
    }
  }

  /** Out of the database. */
  static final class Mapper implements ColumnMapper<Instant> {
    @Override
    public Instant map(ResultSet row, int column, StatementContext context) throws SQLException {
      String text = row.getString(column);
      return text == null ? null : Instant.parse(text);
    }
  }
}
