// Package interop runs real WinRM clients against a real winrmd with a real
// PowerShell engine. It holds tests alone.
//
// The clients are pypsrp and pywinrm, in the versions of requirements.txt, in
// a Python environment of their own below .cache at the repository's root. A
// test starts one server (type server), runs scripts from the directory
// python as processes of their own (type client) and asserts on the JSON that
// they print. A script knows one idea; the scenario is the test's.
//
// The engine is the program named by WINRMD_TEST_ENGINE, else what the install
// script of pshost beside the repository unpacks, else pwsh on PATH. A machine
// without Python or without an engine skips the tests that need it and says
// why; where CI is true in the environment they fail instead.
//
// WINRMD_TEST_SERVER names a winrmd to test in place of one built here.
//
// What a server is stopped with is checked as well: its exit status, data
// races and panics in its log, and processes that it left behind.
package interop
