# Gathers the QEMU that is installed on this Windows in the form of build/qemu.sh, for the package DesktopGrid.VmSandbox.Qemu.win-x64.
#   build/qemu.ps1 [-From DIR] [-Output DIR]   artifacts/qemu/win-x64: the programs, their DLLs, share, manifest.json, LICENCES
# Written after the documentation; it has never been run. The installer's folder holds all DLLs beside the programs: they are taken as they are.
param(
    [string] $From = "$env:ProgramFiles\qemu",
    [string] $Output = "$PSScriptRoot\..\artifacts\qemu\win-x64"
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$emulator = Join-Path $From 'qemu-system-x86_64.exe'
if (-not (Test-Path $emulator)) { throw "There is no QEMU in ${From}: winget install SoftwareFreedomConservancy.QEMU" }
# Beside the place, which it takes when it is whole. What stands there is replaced only if it is an engine.
$place = $Output
if ((Test-Path $place) -and -not (Test-Path (Join-Path $place 'manifest.json')) -and (Get-ChildItem -Force $place)) { throw "$place is no engine, and is left alone: name a new folder." }
$Output = "$place.part"
if (Test-Path $Output) { Remove-Item -Recurse -Force $Output }
$share = New-Item -ItemType Directory -Force (Join-Path $Output 'share')
$Output = (Resolve-Path $Output).Path

Copy-Item $emulator, (Join-Path $From 'qemu-img.exe') $Output
Copy-Item (Join-Path $From '*.dll') $Output
foreach ($name in 'bios-256k.bin', 'kvmvapic.bin', 'linuxboot_dma.bin', 'pvh.bin') {
    Copy-Item (Join-Path $From "share\$name") $share
}

$licences = Get-ChildItem $From -File | Where-Object Name -match '^(COPYING|LICEN[CS]E)'
if (-not $licences) { throw "There is no licence in $From." }
$text = 'What this QEMU is made of, as it was installed on the computer that gathered it. Who passes it on must pass on, or offer, the sources of this version.'
foreach ($file in $licences) { $text += "`n`n======== $($file.Name) ========`n`n" + (Get-Content -Raw $file.FullName) }
[IO.File]::WriteAllText((Join-Path $Output 'LICENCES'), $text)

$said = (& (Join-Path $Output 'qemu-system-x86_64.exe') --version | Select-Object -First 1)
if ($said -notmatch 'version (\S+)') { throw "The gathered QEMU does not run: $said" }
$version = $Matches[1]
$files = [ordered]@{}
foreach ($file in Get-ChildItem $Output -Recurse -File | Sort-Object FullName) {
    $name = $file.FullName.Substring($Output.Length + 1).Replace('\', '/')
    $files[$name] = [ordered]@{ sha256 = (Get-FileHash -Algorithm SHA256 $file.FullName).Hash.ToLowerInvariant(); length = $file.Length }
}
$manifest = [ordered]@{ format = 1; runtime = 'win-x64'; qemu = $version; files = $files; standIns = @(); packages = @() }
[IO.File]::WriteAllText((Join-Path $Output 'manifest.json'), ($manifest | ConvertTo-Json -Depth 4))
if (Test-Path $place) { Remove-Item -Recurse -Force $place }
Move-Item $Output $place
"QEMU $version is in $place; 'dotnet pack src/DesktopGrid.VmSandbox.Qemu -p:EngineRuntime=win-x64' makes its package."
