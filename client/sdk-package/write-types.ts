import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

/**
 * The types of the package, which know nothing of this repository: what `shared` says by schemas is written out, since
 * whoever uses the package has neither our aliases nor zod.
 */
const from = path.resolve('client/sdk')
const into = path.resolve('dist/sdk')
const program = ts.createProgram(filesOf(from), {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.es2024.string.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  declaration: true,
  emitDeclarationOnly: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  types: [],
})
const checker = program.getTypeChecker()
/** By name, as it stands in the package. */
const written = new Map<string, string>()

for (const file of filesOf(from)) {
  const source = sourceAt(file)
  for (const name of sharedNamesIn(source)) writeOut(symbolAt(name))
  program.emit(source, (_, text) => write(`${path.basename(file, '.ts')}.d.ts`, ofPackage(text)), undefined, true)
}
write('shared.d.ts', [...written.values()].join('\n'))

function filesOf(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => (name.endsWith('.ts') ? [path.join(folder, name)] : []))
}

/** What a file of the package imports from `shared`. */
function sharedNamesIn(source: ts.SourceFile): ts.Identifier[] {
  return source.statements.filter(ts.isImportDeclaration).flatMap(({ moduleSpecifier, importClause }) => {
    const isShared = ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text.startsWith('#shared/')
    const bindings = importClause?.namedBindings
    return isShared && bindings && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name) : []
  })
}

/** A type, and those that it names; functions and figures, which no type of the package needs, are left out. */
function writeOut(symbol: ts.Symbol): void {
  const declared = symbol.declarations?.find(ts.isTypeAliasDeclaration)
  if (!declared || written.has(symbol.name)) return
  written.set(symbol.name, '')
  for (const parameter of declared.typeParameters ?? []) {
    if (parameter.default && ts.isTypeReferenceNode(parameter.default)) writeOut(symbolAt(parameter.default.typeName))
  }
  const parameters = declared.typeParameters?.map((parameter) => parameter.getText()).join(', ')
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias
  // seen from a file that imports nothing, every other name says where it is from
  const seen = sourceAt(path.join(from, 'listeners.ts'))
  const text = checker
    .typeToString(checker.getDeclaredTypeOfSymbol(symbol), seen, flags)
    .replace(/import\("([^"]+)"\)\.(\w+)/g, (_, file: string, name: string) => named(path.resolve(from, file), name))
  written.set(symbol.name, `export type ${symbol.name}${parameters ? `<${parameters}>` : ''} = ${text};`)
}

function named(file: string, name: string): string {
  const module = checker.getSymbolAtLocation(sourceAt(`${file.replace(/\.ts$/, '')}.ts`))
  const symbol = module && checker.getExportsOfModule(module).find((one) => one.name === name)
  writeOut(symbol ?? lost(name))
  return name
}

/** What a name stands for, wherever it was imported from. */
function symbolAt(name: ts.EntityName): ts.Symbol {
  const symbol = checker.getSymbolAtLocation(name) ?? lost(name.getText())
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

function sourceAt(file: string): ts.SourceFile {
  return program.getSourceFile(file) ?? lost(file)
}

function lost(what: string): never {
  throw new Error(`There is no ${what}.`)
}

function ofPackage(text: string): string {
  return text.replace(/'#shared\/[^']+'/g, "'./shared.js'").replace(/'(\.\/[a-z-]+)\.ts'/g, "'$1.js'")
}

function write(name: string, text: string): void {
  const foreign = /['"](#|zod)|\bimport\(/.exec(text)
  if (foreign)
    throw new Error(`${name} names what only this repository has: ${text.slice(foreign.index, foreign.index + 80)}`)
  writeFileSync(path.join(into, name), text)
}
