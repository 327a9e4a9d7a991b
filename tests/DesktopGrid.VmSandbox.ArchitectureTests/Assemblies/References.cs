using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DesktopGrid.VmSandbox.ArchitectureTests.Assemblies;

/// <summary>Every type that a type names, in its signature and in its code.</summary>
internal static class References
{
    public static IEnumerable<TypeReference> Of(TypeDefinition type) =>
        Attributes(type)
            .Concat(type.BaseType is { } parent ? Parts(parent) : [])
            .Concat(type.Interfaces.SelectMany(static contract => Parts(contract.InterfaceType)))
            .Concat(Constraints(type))
            .Concat(type.Fields.SelectMany(static field => Parts(field.FieldType).Concat(Attributes(field))))
            .Concat(type.Properties.SelectMany(Attributes))
            .Concat(type.Methods.SelectMany(Method));

    /// <summary>Every member of another type that a type's code calls or reads.</summary>
    public static IEnumerable<MemberReference> MembersUsedBy(TypeDefinition type) =>
        type.Methods.Where(static method => method.HasBody).SelectMany(static method => method.Body.Instructions).Select(static line => line.Operand).OfType<MemberReference>();

    private static IEnumerable<TypeReference> Method(MethodDefinition method) =>
        Attributes(method)
            .Concat(Signature(method))
            .Concat(Constraints(method))
            .Concat(method.HasBody ? Body(method.Body) : []);

    private static IEnumerable<TypeReference> Body(MethodBody body) =>
        body.Variables.SelectMany(static variable => Parts(variable.VariableType))
            .Concat(body.ExceptionHandlers.SelectMany(static handler => handler.CatchType is { } caught ? Parts(caught) : []))
            .Concat(body.Instructions.SelectMany(static line => Operand(line.Operand)));

    private static IEnumerable<TypeReference> Operand(object? operand) => operand switch
    {
        TypeReference type => Parts(type),
        FieldReference field => Parts(field.DeclaringType).Concat(Parts(field.FieldType)),
        MethodReference method => Parts(method.DeclaringType).Concat(Signature(method)).Concat(method is GenericInstanceMethod generic ? generic.GenericArguments.SelectMany(Parts) : []),
        _ => [],
    };

    private static IEnumerable<TypeReference> Signature(IMethodSignature method) =>
        Parts(method.ReturnType).Concat(method.Parameters.SelectMany(static parameter => Parts(parameter.ParameterType)));

    private static IEnumerable<TypeReference> Attributes(ICustomAttributeProvider provider) =>
        provider.CustomAttributes.SelectMany(static attribute =>
            Parts(attribute.AttributeType).Concat(attribute.ConstructorArguments.Select(static argument => argument.Value).OfType<TypeReference>().SelectMany(Parts)));

    private static IEnumerable<TypeReference> Constraints(IGenericParameterProvider provider) =>
        provider.GenericParameters.SelectMany(static parameter => parameter.Constraints).SelectMany(static constraint => Parts(constraint.ConstraintType));

    /// <summary>A type taken apart: element, generic arguments, modifiers.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericParameter => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        FunctionPointerType pointer => Signature(pointer),
        IModifierType modified => Parts(modified.ModifierType).Concat(Parts(modified.ElementType)),
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };
}
