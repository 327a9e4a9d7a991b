using System.Runtime.Versioning;

// Debian's client is what these tests talk with.
[assembly: SupportedOSPlatform("linux")]
// Clients mostly wait.
[assembly: LevelOfParallelism(3)]
