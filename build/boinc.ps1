# Compiles the wrapper for BOINC on this Windows: one native program, and e_sqlite3.dll beside it.
#   build/boinc.ps1 [-Output DIR]   artifacts/boinc/wrapper-win-x64: vmsandbox-wrapper.exe, e_sqlite3.dll
# Needs the .NET 10 SDK and the C++ tools of Visual Studio (Native AOT's prerequisites on Windows). Written after the documentation; it has never been run.
param([string] $Output = "$PSScriptRoot\..\artifacts\boinc\wrapper-win-x64")
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$place = $Output
if ((Test-Path $place) -and -not (Test-Path (Join-Path $place 'vmsandbox-wrapper.exe')) -and (Get-ChildItem -Force $place)) { throw "$place is no wrapper, and is left alone: name a new folder." }
$work = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
try {
    dotnet publish "$PSScriptRoot\..\src\DesktopGrid.VmSandbox.Boinc.Wrapper" -c Release -r win-x64 -warnaserror -v quiet -nologo -o $work
    if ($LASTEXITCODE -ne 0) { throw 'The wrapper cannot be compiled ahead of time.' }
    $said = & (Join-Path $work 'vmsandbox-wrapper.exe') --version
    if ($said -notmatch 'API_VERSION_') { throw "The wrapper does not run: $said" }
    if (Test-Path $place) { Remove-Item -Recurse -Force $place }
    New-Item -ItemType Directory -Force $place | Out-Null
    foreach ($name in 'vmsandbox-wrapper.exe', 'e_sqlite3.dll') { Copy-Item (Join-Path $work $name) $place }
} finally {
    if (Test-Path $work) { Remove-Item -Recurse -Force $work }
}
Write-Host "$said is in $place"
