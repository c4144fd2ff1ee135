// Package language reads the part of PowerShell's language that a runspace
// endpoint understands: pipelines of commands with parameters and arguments,
// single- and double-quoted strings with variables and $( ), numbers, arrays,
// hashtables, script blocks, variables, assignment, member and index access,
// comparison, logic and arithmetic, foreach, semicolons and comments.
//
// That is all: an endpoint is no second PowerShell. What is not understood is a
// *ParserError that names it and says where it is, also where PowerShell would
// understand it. What is understood means what it means in PowerShell.
//
// The package reads and does not run anything; it knows no commands.
package language
