using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

/// <summary>How an application comes to a volunteer's computer and what it is: a column of the matrix.</summary>
internal interface ITaskKind
{
    /// <summary>In few words, for the test's name.</summary>
    string Name { get; }

    /// <summary>The program that computes.</summary>
    Payload Payload { get; }

    /// <summary>Whether the volunteer brings the application, and not the project.</summary>
    bool IsAnonymous { get; }

    /// <summary>The variety of the trickles that a task of it sends.</summary>
    string TrickleVariety { get; }

    /// <summary>What is not there that it needs; null where all is.</summary>
    string? Missing { get; }

    /// <summary>Whether all work outlasts a quit, and not only what the program itself has kept.</summary>
    bool KeepsAtQuit { get; }

    /// <summary>The version of the application.</summary>
    AppVersion ToVersion(string appName);

    /// <summary>The command line of a work unit.</summary>
    string ToCommandLine(TaskShape shape);

    /// <summary>Whether a checkpoint is being written at this moment.</summary>
    bool IsWritingCheckpoint(DataDirectory data, int slot);
}
