import io.cloudsoft.winrm4j.client.PayloadEncryptionMode;
import io.cloudsoft.winrm4j.client.WinRmClientContext;
import io.cloudsoft.winrm4j.winrm.WinRmTool;
import io.cloudsoft.winrm4j.winrm.WinRmToolResponse;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.net.URI;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.Map;
import org.apache.http.client.config.AuthSchemes;

/**
 * Runs one command line on a WinRM server with winrm4j.
 *
 * <pre>
 *   mvn dependency:copy-dependencies -DoutputDirectory=lib
 *   export PASSWORD=...
 *   java -cp 'lib/*' Main.java --url https://localhost:5986/wsman --ca certificate.pem \
 *       --user ann --password-env PASSWORD --command 'echo hello'
 * </pre>
 *
 * Flags and output are those of ../masterzen, but for --stdin: the library sends no input. --auth is
 * basic (the default), ntlm (without encryption) or sealed.
 */
public final class Main {
    public static void main(String[] args) {
        int status = 0;
        String out;
        WinRmClientContext context = WinRmClientContext.newInstance();
        try {
            WinRmToolResponse r = run(flags(args), context);
            out = "{\"stdout\":" + quote(r.getStdOut()) + ",\"stderr\":" + quote(r.getStdErr())
                    + ",\"exitCode\":" + r.getStatusCode() + "}";
        } catch (Exception e) {
            out = "{\"error\":" + quote(reason(e)) + "}";
            status = 1;
        }
        System.out.println(out);
        System.out.flush();
        // The library's threads would keep the program for a while.
        System.exit(status);
    }

    private static WinRmToolResponse run(Map<String, String> flags, WinRmClientContext context) throws Exception {
        if (flags.containsKey("ca")) {
            trust(flags.get("ca"));
        }
        URI url = URI.create(flags.get("url"));
        WinRmTool.Builder builder = WinRmTool.Builder
                .builder(url.getHost(), flags.get("user"), System.getenv(flags.get("password-env")))
                .port(url.getPort())
                .useHttps(url.getScheme().equals("https"))
                .context(context);
        String auth = flags.getOrDefault("auth", "basic");
        builder.authenticationScheme(auth.equals("basic") ? AuthSchemes.BASIC : AuthSchemes.NTLM);
        builder.payloadEncryptionMode(auth.equals("sealed") ? PayloadEncryptionMode.REQUIRED : PayloadEncryptionMode.OFF);
        WinRmTool tool = builder.build();
        tool.setRetriesForConnectionFailures(0);
        String script = flags.get("powershell");
        return script == null ? tool.executeCommand(flags.get("command")) : tool.executePs(script);
    }

    /**
     * Lets the virtual machine trust one certificate. Builder.sslContext does nothing in the
     * library's version, so it is what keytool -importcert and -Djavax.net.ssl.trustStore do.
     */
    private static void trust(String certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        try (InputStream in = new FileInputStream(certificate)) {
            store.setCertificateEntry("server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        File file = File.createTempFile("trust", ".jks");
        file.deleteOnExit();
        try (FileOutputStream out = new FileOutputStream(file)) {
            store.store(out, "public".toCharArray());
        }
        System.setProperty("javax.net.ssl.trustStore", file.getPath());
    }

    private static Map<String, String> flags(String[] args) {
        Map<String, String> flags = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            flags.put(args[i].replaceFirst("^--", ""), args[i + 1]);
        }
        return flags;
    }

    /** What went wrong, from the outside to the innermost cause. */
    private static String reason(Throwable e) {
        StringBuilder text = new StringBuilder();
        for (; e != null; e = e.getCause()) {
            text.append(text.length() == 0 ? "" : ": ").append(e.getClass().getSimpleName() + " " + e.getMessage());
        }
        return text.toString();
    }

    private static String quote(String text) {
        StringBuilder b = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                b.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                b.append(String.format("\\u%04x", (int) c));
            } else {
                b.append(c);
            }
        }
        return b.append('"').toString();
    }
}
