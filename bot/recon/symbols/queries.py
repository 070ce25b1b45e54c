"""What a definition looks like in each grammar, as tree-sitter queries. Data only.

A capture is named for the kind of the definition and stands on its whole node; `@name` is what it is called,
or `@declarator` what the name is wrapped in, and `@inside` a type it belongs to without standing in it.
`@scope` is a part that lends its name to what stands in it and is no definition itself. Of several
patterns for one name the first counts.
"""

from __future__ import annotations

_SCRIPT = """
(class_declaration name: (_) @name) @class
(class name: (_) @name) @class
(variable_declarator name: (identifier) @name value: (class)) @class
(function_declaration name: (_) @name) @function
(generator_function_declaration name: (_) @name) @function
(variable_declarator name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)]) @function
(method_definition name: (_) @name) @method
(pair key: [(property_identifier) (string)] @name value: [(arrow_function) (function_expression)]) @method
(assignment_expression
  left: (member_expression
    object: (member_expression object: (_) @inside property: (property_identifier) @prototype)
    property: (property_identifier) @name)
  right: [(function_expression) (arrow_function)]
  (#eq? @prototype "prototype")) @method
(assignment_expression
  left: (member_expression object: (_) @exports property: (property_identifier) @name)
  (#any-of? @exports "exports" "module.exports")) @export
(assignment_expression
  left: (member_expression object: (identifier) @inside property: (property_identifier) @name)
  right: [(function_expression) (arrow_function) (class)]) @method
(program [(lexical_declaration (variable_declarator name: (identifier) @name) @constant)
          (variable_declaration (variable_declarator name: (identifier) @name) @constant)])
(export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @constant))
(export_statement (variable_declaration (variable_declarator name: (identifier) @name) @constant))
"""
_JAVASCRIPT = """
(field_definition property: (_) @name value: (arrow_function)) @method
(field_definition property: (_) @name) @attribute
"""
_TYPESCRIPT = """
(abstract_class_declaration name: (_) @name) @class
(interface_declaration name: (_) @name) @interface
(enum_declaration name: (_) @name) @enum
(enum_body name: (_) @name @constant)
(enum_assignment name: (_) @name) @constant
(type_alias_declaration name: (_) @name) @type
(internal_module name: (_) @name) @namespace
(module name: (_) @name) @namespace
(function_signature name: (_) @name) @function
(method_signature name: (_) @name) @method
(abstract_method_signature name: (_) @name) @method
(public_field_definition name: (_) @name value: (arrow_function)) @method
(public_field_definition name: (_) @name) @attribute
(interface_body (property_signature name: (_) @name) @attribute)
(required_parameter (accessibility_modifier) pattern: (identifier) @name) @attribute
(ambient_declaration (lexical_declaration (variable_declarator name: (identifier) @name) @constant))
(ambient_declaration (variable_declaration (variable_declarator name: (identifier) @name) @constant))
"""
_GO = """
(function_declaration name: (_) @name) @function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: (_) @inside)) name: (_) @name) @method
(type_spec name: (_) @name type: (struct_type)) @struct
(type_spec name: (_) @name type: (interface_type)) @interface
(type_spec name: (_) @name) @type
(type_alias name: (_) @name) @type
(field_declaration name: (_) @name) @attribute
(method_elem name: (_) @name) @method
(source_file (const_declaration (const_spec name: (identifier) @name) @constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @constant))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @constant)))
"""
_RUST = """
(impl_item type: (_) @name) @scope
(struct_item name: (_) @name) @struct
(union_item name: (_) @name) @struct
(enum_item name: (_) @name) @enum
(enum_variant name: (_) @name) @constant
(trait_item name: (_) @name) @trait
(function_item name: (_) @name) @function
(function_signature_item name: (_) @name) @function
(type_item name: (_) @name) @type
(associated_type name: (_) @name) @type
(const_item name: (_) @name) @constant
(static_item name: (_) @name) @constant
(macro_definition name: (_) @name) @macro
(mod_item name: (_) @name) @module
(field_declaration name: (_) @name) @attribute
"""
_JAVA = """
(class_declaration name: (_) @name) @class
(record_declaration name: (_) @name) @class
(record_declaration parameters: (formal_parameters (formal_parameter name: (_) @name) @attribute))
(interface_declaration name: (_) @name) @interface
(annotation_type_declaration name: (_) @name) @interface
(enum_declaration name: (_) @name) @enum
(enum_constant name: (_) @name) @constant
(method_declaration name: (_) @name) @method
(constructor_declaration name: (_) @name) @method
(compact_constructor_declaration name: (_) @name) @method
(annotation_type_element_declaration name: (_) @name) @method
(field_declaration declarator: (variable_declarator name: (_) @name)) @attribute
(constant_declaration declarator: (variable_declarator name: (_) @name)) @constant
"""
_RUBY = """
(class name: (_) @name) @class
(module name: (_) @name) @module
(method name: (_) @name) @method
(singleton_method name: (_) @name) @method
(assignment left: (constant) @name) @constant
(alias name: (_) @name) @method
(call method: (identifier) @maker arguments: (argument_list (simple_symbol) @name)
  (#any-of? @maker "attr_accessor" "attr_reader" "attr_writer" "mattr_accessor" "cattr_accessor")) @attribute
(call method: (identifier) @maker arguments: (argument_list . (simple_symbol) @name)
  (#any-of? @maker "define_method" "define_singleton_method" "alias_method" "scope")) @method
"""
_C = """
(preproc_def name: (_) @name) @macro
(preproc_function_def name: (_) @name) @macro
(struct_specifier name: (_) @name body: (_)) @struct
(union_specifier name: (_) @name body: (_)) @struct
(enum_specifier name: (_) @name body: (_)) @enum
(enumerator name: (_) @name) @constant
(type_definition declarator: (_) @declarator) @type
(function_definition declarator: (_) @declarator) @function
(field_declaration declarator: (_) @declarator) @attribute
(declaration declarator: (_) @declarator) @constant
"""
_CPP = """
(class_specifier name: (_) @name body: (_)) @class
(namespace_definition name: (_) @name) @namespace
(alias_declaration name: (_) @name) @type
(concept_definition name: (_) @name) @type
"""
_CSHARP = """
(namespace_declaration name: (_) @name) @namespace
(file_scoped_namespace_declaration name: (_) @name) @namespace
(class_declaration name: (_) @name) @class
(record_declaration name: (_) @name) @class
(record_declaration (parameter_list (parameter name: (_) @name) @attribute))
(struct_declaration name: (_) @name) @struct
(interface_declaration name: (_) @name) @interface
(enum_declaration name: (_) @name) @enum
(enum_member_declaration name: (_) @name) @constant
(delegate_declaration name: (_) @name) @type
(method_declaration name: (_) @name) @method
(constructor_declaration name: (_) @name) @method
(local_function_statement name: (_) @name) @function
(property_declaration name: (_) @name) @attribute
(event_declaration name: (_) @name) @attribute
(event_field_declaration (variable_declaration (variable_declarator name: (_) @name))) @attribute
(field_declaration (variable_declaration (variable_declarator name: (_) @name))) @attribute
"""
_PHP = """
(class_declaration name: (_) @name) @class
(interface_declaration name: (_) @name) @interface
(trait_declaration name: (_) @name) @trait
(enum_declaration name: (_) @name) @enum
(enum_case name: (_) @name) @constant
(function_definition name: (_) @name) @function
(method_declaration name: (_) @name) @method
(property_element name: (variable_name (name) @name)) @attribute
(property_promotion_parameter name: (variable_name (name) @name)) @attribute
(const_element . (name) @name) @constant
"""
# The infix expression is what the grammar takes a function for that follows annotations with arguments.
_KOTLIN = """
(class_declaration "interface" name: (_) @name) @interface
(class_declaration (modifiers (class_modifier "enum")) name: (_) @name) @enum
(class_declaration name: (_) @name) @class
(object_declaration name: (_) @name) @class
(companion_object name: (_) @name) @class
(enum_entry . (identifier) @name) @constant
(function_declaration name: (_) @name) @function
(infix_expression (identifier) (identifier) @maker (call_expression (call_expression . (identifier) @name))
  (#eq? @maker "fun")) @function
(class_parameter ["val" "var"] . (identifier) @name) @attribute
(property_declaration (variable_declaration . (identifier) @name)) @attribute
(type_alias type: (_) @name) @type
"""
_SWIFT = """
(class_declaration "extension" name: (_) @name) @extension
(class_declaration ["struct" "actor"] name: (type_identifier) @name) @struct
(class_declaration "enum" name: (type_identifier) @name) @enum
(class_declaration name: (type_identifier) @name) @class
(protocol_declaration name: (type_identifier) @name) @interface
(function_declaration name: (simple_identifier) @name) @function
(protocol_function_declaration name: (simple_identifier) @name) @method
(init_declaration "init" @name) @method
(property_declaration name: (pattern bound_identifier: (_) @name)) @attribute
(protocol_property_declaration name: (pattern bound_identifier: (_) @name)) @attribute
(typealias_declaration name: (type_identifier) @name) @type
(associatedtype_declaration name: (type_identifier) @name) @type
(enum_entry name: (simple_identifier) @name) @constant
"""
_BASH = """
(function_definition name: (_) @name) @function
(program (variable_assignment name: (variable_name) @name) @constant)
(program (declaration_command (variable_assignment name: (variable_name) @name) @constant))
"""
QUERIES = {
    "javascript": _SCRIPT + _JAVASCRIPT, "typescript": _SCRIPT + _TYPESCRIPT, "tsx": _SCRIPT + _TYPESCRIPT,
    "go": _GO, "rust": _RUST, "java": _JAVA, "ruby": _RUBY, "c": _C, "cpp": _C + _CPP, "c_sharp": _CSHARP,
    "php": _PHP, "kotlin": _KOTLIN, "swift": _SWIFT, "bash": _BASH,
}  # fmt: skip
