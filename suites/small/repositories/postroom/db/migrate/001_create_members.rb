Sequel.migration do
  change do
    create_table(:members) do
      primary_key :id
      String :email, null: false, unique: true
      String :name
    end
  end
end
