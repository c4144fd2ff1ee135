//! Runs one command line on a WinRM server with winrm-rs:
//!
//!     export PASSWORD=...
//!     cargo run -- --url https://localhost:5986/wsman --ca certificate.pem --user ann --password-env PASSWORD --command 'echo hello'
//!
//! Flags and output are those of ../masterzen. --auth is basic (the default), ntlm
//! (without encryption) or sealed. The library trusts the well-known authorities or
//! everybody: with --ca it does not look at the server's certificate at all.

use std::collections::HashMap;
use std::io::Read;

use serde_json::{Value, json};
use winrm_rs::{AuthMethod, EncryptionMode, WinrmClient, WinrmConfig, WinrmCredentials, encode_powershell_command};

type Error = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    match run(flags()).await {
        Ok(result) => println!("{result}"),
        Err(e) => {
            println!("{}", json!({"error": e.to_string()}));
            std::process::exit(1);
        }
    }
}

async fn run(flags: HashMap<String, String>) -> Result<Value, Error> {
    let flag = |name: &str| flags.get(name).map(String::as_str).unwrap_or_default();
    let (scheme, rest) = flag("url").split_once("://").ok_or("--url is no URL")?;
    let (host, port) = rest.trim_end_matches("/wsman").rsplit_once(':').ok_or("--url has no port")?;
    let auth = flag("auth");
    let config = WinrmConfig {
        port: port.parse()?,
        use_tls: scheme == "https",
        accept_invalid_certs: flags.contains_key("ca"),
        auth_method: if matches!(auth, "" | "basic") { AuthMethod::Basic } else { AuthMethod::Ntlm },
        encryption: if auth == "sealed" { EncryptionMode::Auto } else { EncryptionMode::Never },
        ..Default::default()
    };
    let password = std::env::var(flag("password-env"))?;
    let client = WinrmClient::new(config, WinrmCredentials::new(flag("user"), password, ""))?;
    let shell = client.open_shell(host).await?;
    let encoded = encode_powershell_command(flag("powershell"));
    let command = if flags.contains_key("powershell") {
        shell.start_command("powershell.exe", &["-EncodedCommand", &encoded]).await?
    } else {
        shell.start_command(flag("command"), &[]).await?
    };
    if flags.contains_key("stdin") {
        let mut input = Vec::new();
        std::io::stdin().read_to_end(&mut input)?;
        shell.send_input(&command, &input, true).await?;
    }
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let exit_code = loop {
        let part = shell.receive_next(&command).await?;
        stdout.extend(part.stdout);
        stderr.extend(part.stderr);
        if part.done {
            break part.exit_code;
        }
    };
    shell.close().await?;
    Ok(json!({
        "stdout": String::from_utf8_lossy(&stdout),
        "stderr": String::from_utf8_lossy(&stderr),
        "exitCode": exit_code,
    }))
}

/// The flags of the command line; "--stdin" has no value.
fn flags() -> HashMap<String, String> {
    let mut found = HashMap::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let name = word.trim_start_matches('-').to_string();
        let value = if name == "stdin" { String::new() } else { words.next().unwrap_or_default() };
        found.insert(name, value);
    }
    found
}
