// Package winrs is the plug-in behind the WinRS resource "cmd"
// (http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd, MS-WSMV
// 3.1.4.11 to 3.1.4.14): a shell in which each command is one command line,
// with stdin, stdout, stderr and an exit code.
//
// A command line is the request's command and its arguments, joined with
// blanks and quoted no further, as Windows does it. It is run with
// "/bin/sh -c" on Unix and with "cmd.exe /c" on Windows. Two kinds of lines
// are run without a shell:
//
//   - With option WINRS_SKIP_CMD_SHELL the program is started directly, with
//     each argument as it came. PATH is not searched; a relative name counts
//     from the working directory.
//   - A line that begins with powershell, powershell.exe, pwsh or pwsh.exe is
//     given to the configured engine. The rest of it is split by the rules of
//     Windows programs (see split), because that is what clients write;
//     redirections and pipes in it are text for the engine.
//
// Options: WINRS_SKIP_CMD_SHELL as above. WINRS_CONSOLEMODE_STDIN matters to
// PowerShell only: unless it is FALSE, a script is started so that it does not
// wait for the end of stdin. WINRS_NOPROFILE and WINRS_CODEPAGE are accepted
// and change nothing: output is passed on as the bytes that the program
// writes, which on Unix are UTF-8 (code page 65001).
//
// # Processes
//
// Each command is a process group of its own, on Unix a session without a
// terminal, on Windows a job. The group ends with its first process: what is
// left of it half a second later, or as soon as stdout and stderr are closed,
// is killed. A program that should go on must leave the group (setsid). No
// command waits for such a program, even if it keeps stdout open.
//
//	signal      Unix               Windows               then
//	terminate   SIGTERM to group   job ends              SIGKILL after 1 s
//	ctrl_c      SIGINT to group    ctrl-break to group   group killed after 2 s
//	ctrl_break  SIGQUIT to group   ctrl-break to group   nothing
//
// The exit code is the process's own, or 128 + N where signal N ended it. If
// winrmd itself is killed, the kernel kills each command's first process on
// Linux and the whole job on Windows; on other systems it only loses its
// stdin.
//
// Commands run as winrmd's own account; a shell for another one is refused.
//
// Buffering, Drop and delivery are package shell's; wire formats and faults
// are package shellresource's.
package winrs
