// Package pluginxml reads and writes the XML that Windows keeps for a plug-in,
// PlugInConfiguration (MS-WSMV 3.1.4.1.34.2): the form in which a
// session configuration moves between Windows and winrmd, and in which
// winrm/config/plugin tells of it.
//
// Every setting has its place. Where Windows has one it is that: an attribute,
// a Param of InitializationParameters, the Sddl. What Windows has no place for
// is a Param whose name begins with "winrmd.", which Windows passes on and
// PowerShell ignores. What winrmd has no setting for is kept in Session.Windows,
// by the attribute's name, with the element before it where that is not
// PlugInConfiguration ("Quotas.MaxConcurrentOperations", "Security.Sddl",
// "InitializationParameters.assemblyname"), and comes back on export. Only
// RunAsPassword is neither kept nor given out.
//
// So what Export has written, Import reads as the same configuration: all that
// it holds but a RunAsPassword. PowerShell on Windows reads at most 10000
// characters of InitializationParameters: with a large environment in them no
// session opens there.
//
// # Who may open sessions
//
// Windows has a security descriptor in its place, winrmd names. Import makes
// names of the well-known accounts that have an equal. It never lets in more
// people than the descriptor does, but administrators: a grant that has no equal
// is left out, with a denial that has none only administrators are left, and
// where the network as a whole is denied, the configuration is not Enabled. Notes
// say so.
package pluginxml
