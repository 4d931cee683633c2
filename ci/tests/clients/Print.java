import com.squareup.wire.schema.Location;
import com.squareup.wire.schema.internal.parser.ProtoParser;
import java.nio.file.Files;
import java.nio.file.Path;

/** Prints .proto files as Wire does, which is how Confluent's registry keeps them: each FILE becomes FILE.wire. */
public class Print {
	public static void main(String[] files) throws Exception {
		for (String file : files) {
			String text = Files.readString(Path.of(file));
			Files.writeString(Path.of(file + ".wire"), ProtoParser.Companion.parse(Location.get(file), text).toSchema());
		}
	}
}
