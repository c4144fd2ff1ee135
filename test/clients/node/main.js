// Runs one command line on a WinRM server with winrm-client. After `npm ci`:
//
//   export PASSWORD=... NODE_EXTRA_CA_CERTS=certificate.pem
//   node main.js --url https://localhost:5986/wsman --user ann --password-env PASSWORD --command 'echo hello'
//
// Flags and output are those of ../masterzen, but for --ca: Node.js takes the
// certificate from the environment. --auth is basic (the default) or ntlm,
// without encryption. The library does not tell exit codes: exitCode is null.
//
// It calls the functions below the library's runCommand, which returns what one
// Receive brings: the beginning of the output, and stderr only without stdout.

const { parseArgs } = require('node:util');
const { readFileSync } = require('node:fs');
const { Shell, Command } = require('winrm-client');

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    user: { type: 'string' },
    'password-env': { type: 'string' },
    auth: { type: 'string', default: 'basic' },
    ca: { type: 'string' },
    command: { type: 'string' },
    powershell: { type: 'string' },
    stdin: { type: 'boolean', default: false },
  },
});

async function run() {
  const url = new URL(values.url);
  const server = {
    host: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    username: values.user,
    password: process.env[values['password-env']],
    authMethod: values.auth,
    useHttps: url.protocol === 'https:',
    rejectUnauthorized: true,
  };
  // Its NTLM is for accounts of a domain; "." is the server's own.
  if (values.auth === 'ntlm' && !/[\\@]/.test(values.user)) server.username = '.\\' + values.user;
  const shell = { ...server, shellId: await Shell.doCreateShell(server) };
  try {
    const call = { ...shell, command: values.command };
    call.commandId = values.powershell
      ? await Command.doExecutePowershell({ ...call, command: values.powershell })
      : await Command.doExecuteCommand(call);
    // There is no way to say that stdin is at its end.
    if (values.stdin) await Command.doSendInput({ ...call, input: readFileSync(0, 'utf8') });
    const result = { stdout: '', stderr: '', exitCode: null };
    for (;;) {
      const part = await Command.doReceiveOutputNonBlocking(call);
      result.stdout += part.output;
      result.stderr += part.stderr;
      if (part.isComplete) return result;
    }
  } finally {
    await Shell.doDeleteShell(shell);
  }
}

// The library leaves the answer to a refused request unread, and its connection
// would keep the program.
run().then(
  (result) => end(result, 0),
  (error) => end({ error: error.message }, 1),
);

function end(result, status) {
  process.stdout.write(JSON.stringify(result) + '\n', () => process.exit(status));
}
