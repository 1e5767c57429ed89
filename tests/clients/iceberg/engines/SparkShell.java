// Spark in local mode for the tests: one JSON string of SQL a line in, one JSON answer a line out.
// {"rows": [{…}, …]} or {"error": "…"}. Arguments are settings of the session, key=value.
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

public class SparkShell {
  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    SparkSession.Builder builder = SparkSession.builder().master("local[1]").appName("tarn");
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      builder.config(argument.substring(0, equals), argument.substring(equals + 1));
    }
    SparkSession spark = builder.getOrCreate();
    ObjectMapper json = new ObjectMapper();
    out.println("ready");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      try {
        List<String> rows = new ArrayList<>();
        for (Row row : spark.sql(json.readValue(line, String.class)).collectAsList()) rows.add(row.json());
        out.println("{\"rows\": [" + String.join(", ", rows) + "]}");
      } catch (Throwable problem) {
        StringBuilder said = new StringBuilder(problem.toString());
        for (Throwable cause = problem.getCause(); cause != null; cause = cause.getCause()) said.append("\n").append(cause);
        out.println("{\"error\": " + json.writeValueAsString(said.toString()) + "}");
      }
    }
    spark.stop();
  }
}
