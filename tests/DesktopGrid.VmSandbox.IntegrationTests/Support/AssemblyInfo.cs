using System.Runtime.Versioning;

// What is left of a machine is looked for in /proc, by the names that Linux gives.
[assembly: SupportedOSPlatform("linux")]
